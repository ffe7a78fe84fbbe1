import type { AlertRule } from '../../rule';
import { lengthSql, orNothing } from '../../ruleSql';
import { serverRule } from './common';

/** A replica takes no inserts, or is behind. */
export const chReplica: AlertRule = {
  name: 'ch_replica',
  title: 'Replica read-only or behind',
  description:
    'A replicated table on this server takes no inserts (it lost Keeper), or lacks rows that another replica got minutes ago: answers differ by the server that is asked. A single server without replicas never hears of it.',
  severity: 'critical',
  subjects: 'replicated table',
  systemTables: ['replicas'],
  limits: [{ name: 'delay', value: 300, unit: 'seconds', description: 'How far a replica may be behind.' }],
  unit: 'seconds',
  ...serverRule,
  summary: 'The replica of {subject} takes no inserts, or is {value} behind; {threshold} may pass.',
  watches: { page: 'rollups', panel: 'Storage' },
  sql: (kit) =>
    orNothing(
      `
  SELECT concat(database, '.', table) AS subject, toFloat64(absolute_delay) AS value, ${kit.limit('delay', 'subject')} AS threshold,
    is_readonly OR value > threshold AS firing, 0 AS held, ${kit.now} AS as_of,
    concat(if(is_readonly, 'It is read-only. ', ''), 'It is ', ${lengthSql('value')}, ' behind, ', toString(queue_size), ' entries wait in its queue.',
      if(zookeeper_exception = '', '', concat(' Keeper says: ', substringUTF8(zookeeper_exception, 1, 200)))) AS detail
  FROM ${kit.system('replicas')}`,
      `SELECT count() FROM ${kit.system('replicas')}`,
      { subject: 'server', now: kit.now, detail: 'There is no replicated table on this server.' },
    ),
};
