import { killColumns, progressColumns } from '../../core/processes';
import { ident, qualified } from '../../core/sql/quote';
import { alertRules } from '../../packs/rules';
import { alertPrefix, healthPrefix } from './names';
import type { AccessPlan, MappedTable } from './plan';

/** Privileges on something: `SELECT(a) ON db.t`, ready to stand in a GRANT. */
export type Grant = string;

/** System tables that `tidemark collect` reads. A right to a table that a server does not have does nothing. */
export const collectedSystemTables = [
  'asynchronous_insert_log',
  'asynchronous_metrics',
  'clusters',
  'detached_parts',
  'disks',
  'distribution_queue',
  'errors',
  'events',
  'kafka_consumers',
  'merges',
  'metrics',
  'mutations',
  'part_log',
  'parts',
  'processes',
  'query_log',
  'query_views_log',
  'quotas_usage',
  'replicas',
  'replication_queue',
  'view_refreshes',
] as const;

/** System tables that rules and the view of samples read. */
const ruleSystemTables = [
  ...new Set(['disks', 'errors', 'events', 'view_refreshes', ...alertRules.flatMap((rule) => rule.systemTables ?? [])]),
].sort();

/** Rows of system.parts and its like show only of tables that the user may see. */
const showTables = ['SHOW DATABASES, SHOW TABLES, SHOW COLUMNS ON *.*'] as const;

const engines = ['MergeTree', 'ReplacingMergeTree'] as const;
const clusterEngines = ['ReplicatedMergeTree', 'ReplicatedReplacingMergeTree', 'Distributed'] as const;

/** SELECT of the mapped columns only: what the mapping does not name (an e-mail address) no dashboard can read. */
export const selectColumns = ({ table, columns }: MappedTable): Grant =>
  `SELECT(${columns.map(ident).join(', ')}) ON ${qualified(table)}`;

/** Names that begin with a prefix. The star has to stand outside of quotes. */
const beginning = (plan: AccessPlan, prefix: string) => `${ident(plan.database)}.${prefix}*`;

/** Tables and columns that dashboards read; `system.tables` and its like ClickHouse opens to everyone, row by row. */
export function readGrants(plan: AccessPlan): readonly Grant[] {
  return [
    `SELECT ON ${ident(plan.database)}.*`,
    ...plan.sources.map(selectColumns),
    'SELECT ON system.view_refreshes',
    // KILL QUERY of one's own query needs no privilege, but reads the first three columns with the user's rights; the others tell
    // how far it is. They show the statements of all users: not where tenants are kept apart.
    ...(plan.tenants ? [] : [`SELECT(${[...killColumns, ...progressColumns].join(', ')}) ON system.processes`]),
  ];
}

/** Alert views run with their maker's rights (SQL SECURITY DEFINER): no right to what they read is needed. */
export function alertGrants(plan: AccessPlan): readonly Grant[] {
  return [`SELECT ON ${beginning(plan, alertPrefix)}`, `SELECT ON ${ident(plan.database)}.rollup_status`];
}

export function collectGrants(plan: AccessPlan): readonly Grant[] {
  return [
    `INSERT, SELECT ON ${beginning(plan, healthPrefix)}`,
    `SELECT ON ${ident(plan.database)}.rollup_status`,
    // tidemark alerts run, which may be the same user's.
    `SELECT ON ${beginning(plan, alertPrefix)}`,
    `SELECT ON ${ident(plan.database)}.catalog_rules`,
    `INSERT, SELECT ON ${ident(plan.database)}.alerts_state`,
    ...showTables,
    // What is used of quotas, whoever uses it.
    'SHOW QUOTAS ON *.*',
    ...collectedSystemTables.map((table) => `SELECT ON system.${table}`),
    ...plan.copies.map((copy) =>
      copy.columns.length > 0 ? selectColumns(copy) : `SELECT ON ${qualified(copy.table)}`,
    ),
    // clusterAllReplicas asks the other servers.
    ...(plan.cluster === undefined ? [] : ['REMOTE ON *.*']),
  ];
}

/** Migrate, refresh, verify, and what the refreshable views do in its name. Nothing outside of Tidemark's database is written. */
export function adminGrants(plan: AccessPlan): readonly Grant[] {
  const made = plan.cluster === undefined ? engines : [...engines, ...clusterEngines];
  return [
    `SHOW, SELECT, INSERT, ALTER, CREATE DATABASE, CREATE TABLE, CREATE VIEW, DROP TABLE, DROP VIEW, TRUNCATE, OPTIMIZE, SYSTEM VIEWS ON ${ident(plan.database)}.*`,
    ...plan.sources.map(({ table }) => `SELECT ON ${qualified(table)}`),
    // What alert views, which run with this user's rights, and the view of samples tell of the server.
    ...ruleSystemTables.map((table) => `SELECT ON system.${table}`),
    ...showTables,
    // Asked for only where the server has table_engines_require_grant.
    ...made.map((engine) => `TABLE ENGINE ON ${engine}`),
    ...(plan.cluster === undefined ? [] : ['CLUSTER ON *.*', 'REMOTE ON *.*']),
  ];
}
