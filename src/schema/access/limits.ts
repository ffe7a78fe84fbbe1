import { ident, literal } from '../../core/sql/quote';
import { accessRoles } from './names';
import type { AccessPart, AccessStatement } from './part';
import { onCluster } from './part';
import type { AccessPlan } from './plan';

/** A setting of a profile with what it is for. */
export interface Limit {
  readonly name: string;
  readonly value: number | string;
  /** Greatest value that a user who may change settings can give. */
  readonly max?: number;
  readonly why: string;
}

const gigabyte = 1_000_000_000;

/** Profile of dashboards: nothing can be changed by the user, so everything the plugin would like stands here. */
export function readLimits(plan: Pick<AccessPlan, 'everySeconds' | 'tenants'>): readonly Limit[] {
  return [
    { name: 'readonly', value: 1, why: 'no writes, no DDL, no setting changed by a query' },
    {
      name: 'max_execution_time',
      value: 29,
      why: "seconds; just under the 30 after which Grafana's proxy gives up, so that the panel shows ClickHouse's reason",
    },
    { name: 'timeout_overflow_mode', value: 'throw', why: 'break would show half an answer as a whole one' },
    { name: 'max_memory_usage', value: 4 * gigabyte, why: 'bytes for one query' },
    { name: 'max_memory_usage_for_user', value: 8 * gigabyte, why: 'bytes for all queries of the user at once' },
    { name: 'max_result_rows', value: 2_000_000, why: 'more than any panel can draw' },
    { name: 'max_result_bytes', value: gigabyte / 2, why: 'before compression' },
    {
      name: 'result_overflow_mode',
      value: 'throw',
      why: 'break cuts an answer silently, a table of totals would be wrong without a word; throw says which cap was met',
    },
    {
      name: 'max_concurrent_queries_for_user',
      value: 50,
      why: 'several dashboards at once; all viewers share this user',
    },
    {
      name: 'enable_http_compression',
      value: 1,
      why: 'answers go compressed to whoever accepts it (off by default in older servers)',
    },
    { name: 'http_zlib_compression_level', value: 1, why: '1 costs the server least; 3 is the default' },
    {
      name: 'cancel_http_readonly_queries_on_client_close',
      value: 1,
      why: 'a panel that is left stops its query (only works for readonly users)',
    },
    { name: 'use_query_cache', value: 1, why: 'viewers of one dashboard share answers; kept per user' },
    {
      name: 'query_cache_ttl',
      value: plan.everySeconds,
      why: 'seconds; as long as a rollup stands still (refresh.everySeconds)',
    },
    {
      name: 'query_cache_nondeterministic_function_handling',
      value: 'ignore',
      why: "without it every query with now() fails: 'throw' is the default",
    },
    {
      name: 'query_cache_system_table_handling',
      value: 'ignore',
      why: "without it every query on system tables fails: 'throw' is the default",
    },
  ];
}

/** Profile of whoever evaluates alert rules: few, small, quick questions. */
export const alertLimits: readonly Limit[] = [
  {
    name: 'readonly',
    value: 2,
    why: "no writes, no DDL. Not 1: Grafana's own ClickHouse data source sends max_execution_time with each query, which readonly = 1 refuses",
  },
  { name: 'max_execution_time', value: 20, max: 60, why: 'seconds' },
  { name: 'max_memory_usage', value: 2 * gigabyte, max: 2 * gigabyte, why: 'bytes for one query' },
  { name: 'max_result_rows', value: 10_000, max: 10_000, why: 'one row per subject' },
  { name: 'result_overflow_mode', value: 'throw', why: 'a rule must not decide on half of its subjects' },
  { name: 'use_query_cache', value: 0, why: 'a rule asks for now' },
];

/** Limits over an hour for each user of the dashboards. */
export const readQuota = {
  seconds: 3600,
  /** About 28 a second, all the time. */
  queries: 100_000,
  read_rows: 2_000_000_000_000,
  /** Seconds that all queries together ran: twenty at any time. */
  execution_time: 72_000,
} as const;

const settings = (limits: readonly Limit[]) =>
  limits
    .map(({ name, value, max }) => `${name} = ${literal(value)}${max === undefined ? '' : ` MAX ${max}`}`)
    .join(',\n  ');

/**
 * CREATE OR REPLACE would make a profile with a new id, and users of the old one would be without (their readonly gone)
 * until they are altered too: hence IF NOT EXISTS and ALTER.
 */
function profile(plan: AccessPlan, name: string, limits: readonly Limit[]): readonly AccessStatement[] {
  const on = onCluster(plan);
  return [
    { sql: `CREATE SETTINGS PROFILE IF NOT EXISTS ${ident(name)}${on}` },
    { sql: `ALTER SETTINGS PROFILE ${ident(name)}${on} SETTINGS\n  ${settings(limits)}` },
  ];
}

const explained = (name: string, limits: readonly Limit[]) => [
  `${name}:`,
  ...limits.map((l) => `  ${l.name}: ${l.why}`),
];

export function profilesPart(plan: AccessPlan): AccessPart {
  const read = readLimits(plan);
  return {
    title: 'Settings profiles',
    about: [
      'A user with readonly = 1 may not send any setting, and the plugin sends none: what it would like stands in the profile. Change the numbers as your server allows.',
      ...explained(accessRoles.read, read),
      ...explained(accessRoles.alert, alertLimits),
      'Not set: wait_end_of_query (it keeps every answer on the server until it is whole, and panels draw as rows arrive) and max_rows_to_read (questions that no rollup answers read raw rows; max_execution_time and the quota bound them).',
    ],
    statements: [...profile(plan, accessRoles.read, read), ...profile(plan, accessRoles.alert, alertLimits)],
  };
}

/** A quota for every user of a role, each counted alone. */
export function quotaStatements(plan: AccessPlan, role: string): readonly AccessStatement[] {
  const on = onCluster(plan);
  const { queries, read_rows, execution_time } = readQuota;
  const max = `queries = ${queries}, read_rows = ${read_rows}, execution_time = ${execution_time}`;
  return [
    { sql: `CREATE QUOTA IF NOT EXISTS ${ident(role)}${on}` },
    {
      sql: `ALTER QUOTA ${ident(role)}${on} KEYED BY user_name\n  FOR INTERVAL 1 hour MAX ${max}\n  TO ${ident(role)}`,
    },
  ];
}

export function quotaPart(plan: AccessPlan): AccessPart {
  return {
    title: 'Quota',
    about: [
      'A brake on what runs away (a dashboard on a television that asks too often), not a fine limit: all viewers of a Grafana share one user. Per user and hour; execution_time adds up the seconds of all its queries. SELECT * FROM system.quota_usage tells a user what is used.',
    ],
    statements: quotaStatements(plan, accessRoles.read),
  };
}
