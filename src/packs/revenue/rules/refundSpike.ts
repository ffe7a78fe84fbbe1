import type { AlertRule } from '../../rule';
import { countLower, countSql, percentSql } from '../../ruleSql';

/** Days before the judged one that say what is usual, and how many of them must have had orders. */
const historyDays = 28;
const leastDays = 7;

/** Much more was given back on the last closed day than is usual, by currency. */
export const refundSpike: AlertRule = {
  name: 'refund_spike',
  title: 'Refund spike',
  description:
    'On the last closed day many more refunds were given per order than usual: the median of 28 days, or of the same weekday where that is higher, for who gives refunds on Mondays only. Judged is the lower bound that the count of refunds proves (95 %); quiet days and days off work are not judged. Refunds count on the day on which they were given, whenever the order was.',
  severity: 'warning',
  subjects: 'currency',
  needs: 'refunds',
  reads: ['order_day', 'refund_day'],
  limits: [
    { name: 'times', value: 2, unit: 'times', description: 'How many times the usual refund rate it may be.' },
    { name: 'orders', value: 20, unit: 'count', description: 'Orders of the day below which nothing is judged.' },
    { name: 'refunds', value: 5, unit: 'count', description: 'Refunds of the day below which nothing is judged.' },
  ],
  unit: 'ratio',
  forSeconds: 0,
  keepFiringForSeconds: 86_400,
  missingEvals: 15,
  noData: 'KeepLast',
  summary: '{subject}: refunds were {value} of the orders on the last closed day; more than {threshold} is unusual.',
  watches: { page: 'finance', panel: 'Refunds' },
  sql(kit) {
    const rollups = ['order_day', 'refund_day'];
    const off = `has(${kit.holidays}, day)`;
    return `
WITH ${kit.closedDay(...rollups)} AS day, ${off} AS off
SELECT subject, value, threshold, enough AND ${countLower('given')} / orders > threshold AS firing,
  ${kit.dayLate(...rollups)} OR (firing AND off) AS held, toDateTime64(day + 1, 3, ${kit.zone}) AS as_of,
  concat(if(firing AND off, 'Held on a day off work. ', ''), toString(day), ' (', ${kit.zone}, '): ', ${countSql('given')}, ' refunds for ', ${countSql('orders')}, ' orders, ', ${percentSql('value')},
    if(enough, '', ', too few to judge'), '. Usual is ', ${percentSql('usual')}, ' (median of ', toString(days), ' days with orders: ', ${percentSql('median')},
    '; of the same weekday: ', ${percentSql('weekday_median')}, '); told of above ', ${percentSql('threshold')}, '.') AS detail
FROM (
  SELECT subject, orders, given, days, median, weekday_median, if(orders = 0, 0, given / orders) AS value,
    -- Where most days have no refund the median is 0 and says nothing.
    greatest(if(median > 0, median, pooled), weekday_median) AS usual,
    ${kit.limit('times', 'subject')} * usual AS threshold,
    orders >= ${kit.limit('orders', 'subject')} AND given >= ${kit.limit('refunds', 'subject')} AND days >= ${leastDays} AS enough
  FROM (
    SELECT if(currency = '', '(none)', currency) AS subject, sumIf(o, d = day) AS orders, sumIf(r, d = day) AS given,
      countIf(d < day AND o > 0) AS days, if(days = 0, 0, sumIf(r, d < day AND o > 0) / sumIf(o, d < day AND o > 0)) AS pooled,
      ifNotFinite(quantileExactInclusiveIf(0.5)(r / o, d < day AND o > 0), 0) AS median,
      ifNotFinite(quantileExactInclusiveIf(0.5)(r / o, d < day AND o > 0 AND toDayOfWeek(d) = toDayOfWeek(day)), 0) AS weekday_median
    FROM (
      SELECT currency, d, sum(o) AS o, sum(r) AS r
      FROM (
        SELECT currency, d, orders AS o, 0 AS r FROM ${kit.rollup('order_day')} ${kit.where} d >= day - ${historyDays} AND d <= day
        UNION ALL
        SELECT currency, d, 0 AS o, refunds AS r FROM ${kit.rollup('refund_day')} ${kit.where} d >= day - ${historyDays} AND d <= day
      )
      GROUP BY currency, d
    )
    GROUP BY currency
  )
)`;
  },
};
