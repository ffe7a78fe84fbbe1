import type { AlertRule } from '../../rule';
import { countSql } from '../../ruleSql';
import { counterSeconds, increases, serverRule } from './common';

/** ClickHouse refuses inserts, or makes them wait. */
export const chInserts: AlertRule = {
  name: 'ch_inserts',
  title: 'Inserts refused or delayed',
  description:
    'ClickHouse refuses inserts (rows are lost unless the sender tries again) or makes them wait, as some table has too many parts. Counted over five minutes, and told when it goes on for five more; a restart of the server, which sets its counters back, does not count.',
  severity: 'critical',
  subjects: 'kind: rejected or delayed',
  systemTables: ['events'],
  limits: [
    { name: 'rejected', value: 0, unit: 'count', description: 'Refused inserts within five minutes.' },
    { name: 'delayed', value: 10, unit: 'count', description: 'Delayed inserts within five minutes.' },
  ],
  unit: 'count',
  ...serverRule,
  summary: '{value} inserts were {subject} within five minutes, more than {threshold}: some table has too many parts.',
  watches: { page: 'rollups', panel: 'Storage' },
  sql: (kit) => `
SELECT if(name = 'RejectedInserts', 'rejected', 'delayed') AS subject,
  increase AS value,
  if(subject = 'rejected', ${kit.limit('rejected')}, ${kit.limit('delayed')}) AS threshold,
  value > threshold AS firing,
  0 AS held,
  ${kit.now} AS as_of,
  concat(${countSql('value')}, ' inserts were ', subject, ' within ${counterSeconds / 60} minutes.') AS detail
FROM ${increases(kit, ['RejectedInserts', 'DelayedInserts'])}`,
};
