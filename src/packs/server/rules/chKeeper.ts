import type { AlertRule } from '../../rule';
import { countSql } from '../../ruleSql';
import { counterSeconds, increases, serverRule } from './common';

/** The connection to Keeper breaks. */
export const chKeeper: AlertRule = {
  name: 'ch_keeper',
  title: 'Keeper errors',
  description:
    'The server’s connection to ClickHouse Keeper (or ZooKeeper) breaks: replicated tables become read-only and inserts fail meanwhile. Only broken connections and timeouts count, not answers such as "no such node", which are ordinary. One hiccup is gone before anybody is told; 90 seconds without Keeper are told of.',
  severity: 'critical',
  subjects: 'Keeper',
  systemTables: ['events'],
  limits: [
    { name: 'errors', value: 0, unit: 'count', description: 'Broken connections and timeouts within five minutes.' },
  ],
  unit: 'count',
  ...serverRule,
  summary: '{subject}: {value} connections broke or timed out within five minutes, more than {threshold}.',
  watches: { page: 'rollups', panel: 'Storage' },
  sql: (kit) => `
SELECT 'Keeper' AS subject,
  sum(increase) AS value,
  ${kit.limit('errors')} AS threshold,
  value > threshold AS firing,
  0 AS held,
  ${kit.now} AS as_of,
  concat(${countSql('value')}, ' broken connections, timeouts and other failures of Keeper within ${counterSeconds / 60} minutes.') AS detail
FROM ${increases(kit, ['ZooKeeperHardwareExceptions', 'ZooKeeperOtherExceptions'])}`,
};
