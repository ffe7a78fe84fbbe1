import type { AlertRule } from '../../rule';

/** Closed days that are looked at. */
const days = 35;

/** The movements of a day do not make its MRR, or a day does not begin where the one before ended. */
export const mrrMismatch: AlertRule = {
  name: 'mrr_mismatch',
  title: 'MRR does not add up',
  description:
    'On a closed day of the last five weeks opening + new + reactivation + expansion − contraction − churn is not the MRR, or the opening is not the MRR of the day before. This is so by construction: what fires is a table that was written to by hand, filled in part, or counted wrong. Amounts are exact decimals, so nothing is rounded.',
  severity: 'critical',
  subjects: 'currency',
  needs: 'subscriptions',
  reads: ['mrr_day'],
  limits: [{ name: 'difference', value: 0, unit: 'money', description: 'Amount by which a day may be wrong.' }],
  unit: 'money',
  forSeconds: 0,
  keepFiringForSeconds: 86_400,
  missingEvals: 15,
  noData: 'KeepLast',
  summary:
    '{subject}: MRR and what moved it are {value} apart on a closed day of the last five weeks; {threshold} is allowed.',
  watches: { page: 'subscriptions', panel: 'Month by month, ${currency}' },
  sql(kit) {
    return `
WITH ${kit.closedDay('mrr_day')} AS day
SELECT if(currency = '', '(none)', currency) AS subject,
  toFloat64(worst.1) AS value,
  ${kit.limit('difference', 'subject')} AS threshold,
  value > threshold AS firing,
  ${kit.dayLate('mrr_day')} AS held,
  toDateTime64(day + 1, 3, ${kit.zone}) AS as_of,
  if(worst.1 = 0, concat('All of the ', toString(n), ' days up to ', toString(day), ' (', ${kit.zone}, ') add up.'), worst.3) AS detail
FROM (
  SELECT currency, count() AS n, max((wrong, d, said)) AS worst
  FROM (
    SELECT currency, d, mrr, opening,
      opening + new_mrr + reactivation + expansion - contraction - churn AS made,
      lagInFrame(mrr) OVER w AS before, row_number() OVER w = 1 AS first,
      abs(made - mrr) AS inside, if(first, toDecimal128(0, 4), abs(opening - before)) AS between,
      greatest(inside, between) AS wrong,
      if(inside >= between,
        concat(toString(d), ': opening ', toString(opening), ' + new ', toString(new_mrr), ' + reactivation ', toString(reactivation), ' + expansion ', toString(expansion),
          ' - contraction ', toString(contraction), ' - churn ', toString(churn), ' = ', toString(made), ', but MRR is ', toString(mrr), '.'),
        concat(toString(d), ' opens with ', toString(opening), ', but the day before it ended with ', toString(before), '.')) AS said
    FROM ${kit.rollup('mrr_day')}
    WHERE d > day - ${days} AND d <= day
    WINDOW w AS (PARTITION BY currency ORDER BY d ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
  )
  GROUP BY currency
)`;
  },
};
