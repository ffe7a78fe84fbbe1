import type { AlertRule, RuleKit } from '../../rule';
import { countSql } from '../../ruleSql';

/** Days whose rows are what is ordinary. */
const days = 7;

/** Roles whose rows are facts: of others an old row changes in the ordinary course, which is no lateness. */
const facts = [
  { role: 'events', rollup: 'event_day', rows: 'n' },
  { role: 'requests', rollup: 'request_day', rows: 'requests' },
] as const;

/** Rows come after the days that they belong to were closed. */
export const lateEvents: AlertRule = {
  name: 'late_events',
  title: 'Rows come late',
  description:
    'Rows arrive for days so long ago that the ordinary refresh does not look at them any more (refresh.freshDays): numbers of closed days change after people have read them. Judged against the rows of an ordinary day, and only when it goes on for a day and more, so that one history imported within hours wakes nobody.',
  severity: 'warning',
  subjects: 'role',
  needs: 'events',
  limits: [
    {
      name: 'share',
      value: 0.01,
      unit: 'ratio',
      description: 'Rows of 24 hours that may come late, of an ordinary day’s.',
    },
    { name: 'rows', value: 1000, unit: 'count', description: 'Rows of an ordinary day below which nothing is judged.' },
  ],
  unit: 'ratio',
  forSeconds: 108_000,
  keepFiringForSeconds: 21_600,
  missingEvals: 15,
  noData: 'KeepLast',
  summary:
    '{subject}: rows that came in the last 24 hours for days closed long ago are {value} of an ordinary day’s, more than {threshold}.',
  watches: { page: 'rollups', panel: 'Rows that came late' },
  sql(kit) {
    const roles = facts.filter(({ role }) => kit.has(role));
    const ordinary = roles.map(({ role, rollup, rows }) => {
      const closed = kit.closedDay(rollup);
      return `SELECT '${role}' AS role, sum(${rows}) / greatest(1, uniqExact(d)) AS usual FROM ${kit.rollup(rollup)} WHERE d > ${closed} - ${days} AND d <= ${closed}`;
    });
    return `
SELECT subject, value, threshold, value > threshold AND usual >= least_rows AS firing, ${heldSql(kit, roles)} AS held, ${kit.now} AS as_of,
  concat(${countSql('late')}, ' rows came late within 24 h, for ', toString(late_days), ' days', if(late_days > 0, concat(' (the oldest ', toString(oldest), ')'), ''), '; an ordinary day has ', ${countSql('usual')}, ' (mean of the last ${days} closed days, ', ${kit.zone}, ')',
    if(usual < least_rows, ', too few to judge', ''), if(sealed > 0, concat('. ', ${countSql('sealed')}, ' of them came too late to be counted at all'), ''), '.') AS detail
FROM (
  SELECT role AS subject, late / greatest(1, usual + late) AS value, ${kit.limit('share', 'role')} AS threshold, ${kit.limit('rows', 'role')} AS least_rows, usual, late, late_days, oldest, sealed
  FROM (${ordinary.join(' UNION ALL ')}) AS ordinary
  LEFT JOIN (
    SELECT toString(came.role) AS role, sum(came.rows) AS late, uniqExactIf(d, came.rows > 0) AS late_days, minIf(d, came.rows > 0) AS oldest, sumIf(came.rows, came.sealed = 1) AS sealed
    FROM ${kit.table('late')} AS came WHERE at > ${kit.now} - toIntervalHour(24) AND at <= ${kit.now} GROUP BY role
  ) AS late_rows USING (role)
)`;
  },
};

/** While the queue of late days itself stands still nothing new is known. */
const heldSql = (kit: RuleKit, roles: readonly { readonly role: string; readonly rollup: string }[]): string =>
  `multiIf(${roles.map(({ role, rollup }) => `subject = '${role}', ${kit.late(3600, rollup)}`).join(', ')}, 0)`;
