import type { AlertRule } from '../../rule';
import { clockSql, orNothing } from '../../ruleSql';
import { serverRule } from './common';

/** An ALTER that ClickHouse tries again and again. */
export const chMutation: AlertRule = {
  name: 'ch_mutation',
  title: 'Mutation failing',
  description:
    'A mutation (ALTER … UPDATE, DELETE, a column that is rewritten) fails and is tried for ever: it keeps the server busy, blocks what comes after it, and the table answers with old or with default values meanwhile. One that is under way, or failed once and then went through, is no alarm.',
  severity: 'warning',
  subjects: 'table',
  systemTables: ['mutations'],
  limits: [{ name: 'failing', value: 0, unit: 'count', description: 'Failing mutations of a table.' }],
  unit: 'count',
  ...serverRule,
  summary: '{subject}: {value} mutations fail and are tried for ever.',
  watches: { page: 'rollups', panel: 'Storage' },
  sql(kit) {
    // Finished ones of the last day keep their table told of, so that an alert ends with the row that says so.
    const known = `${kit.system('mutations')} WHERE is_done = 0 OR create_time > ${kit.now} - toIntervalDay(1)`;
    const fails = "is_done = 0 AND is_killed = 0 AND latest_fail_reason != ''";
    return orNothing(
      `
  SELECT concat(database, '.', table) AS subject, toFloat64(countIf(${fails})) AS value, ${kit.limit('failing', 'subject')} AS threshold,
    value > threshold AS firing, 0 AS held, ${kit.now} AS as_of,
    if(value = 0, concat(toString(countIf(is_done = 0)), ' mutations are under way, none fails.'),
      concat(argMinIf(mutation_id, create_time, ${fails}), ' (', substringUTF8(argMinIf(command, create_time, ${fails}), 1, 160), ') of ', ${clockSql(`minIf(create_time, ${fails})`, kit.zone)}, ' (', ${kit.zone}, ') fails: ',
        substringUTF8(argMinIf(latest_fail_reason, create_time, ${fails}), 1, 240))) AS detail
  FROM ${known}
  GROUP BY database, table`,
      `SELECT count() FROM ${known}`,
      { subject: 'server', now: kit.now, detail: 'No mutation is under way.' },
    );
  },
};
