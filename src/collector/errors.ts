import { TidemarkError, errorTable, messageOf } from '../core/errors';
import { ident } from '../core/sql/quote';

/** Which PostgreSQL, for messages. */
interface Place {
  /** Name under collect.postgres. */
  readonly server: string;
  readonly user: string;
  readonly database: string;
}

/** A table of Elementary's, for messages. */
interface ElementaryTable {
  /** Name under collect.dbt. */
  readonly project: string;
  readonly database: string;
  readonly table: string;
  readonly user: string;
}

/** A name as a statement may have it; in backticks only where it needs them. */
const quotedName = (name: string) => (/^[A-Za-z_]\w*$/.test(name) ? name : ident(name));

/** Sentences of the room `collector`. */
export const fail = errorTable({
  look_timed_out: (f: { source: string; seconds: number }) =>
    `${f.source} did not answer within ${f.seconds} s. Look at its load and at the network between; a longer everySeconds gives it more time.`,
  look_stuck: (f: { source: string; looks: number }) =>
    `${f.looks} looks at ${f.source} have not come back. Nothing more is started before one does; restart tidemark collect if it stays so.`,
  usage_no_collect: (f: { file: string }) =>
    `${f.file} has no section collect, so there is nothing to look at. Add collect: {} for ClickHouse alone, or its servers (docs/collect.md).`,
  listen_failed: (f: { host: string; port: number; reason: string }) =>
    `${f.host}:${f.port} cannot be listened on (${f.reason}). Choose another port with --listen or collect.listen, or stop what listens there.`,
  kafka_unreachable: (f: { cluster: string; brokers: readonly string[]; reason: string }) =>
    `Kafka ${f.cluster} does not answer at ${f.brokers.join(', ')} (${f.reason}). Check that it runs, that collect.kafka.${f.cluster}.brokers is right, and that the address that the brokers advertise can be reached from here.`,
  kafka_login_refused: (f: { cluster: string; reason: string }) =>
    `Kafka ${f.cluster} refuses the login (${f.reason}). Check collect.kafka.${f.cluster}.sasl: mechanism, user and password.`,
  kafka_not_allowed: (f: { cluster: string; what: string; user: string; resource: string }) =>
    `Kafka ${f.cluster} does not let ${f.user} look at ${f.what}. Give it: kafka-acls --add --allow-principal User:${f.user} --operation Describe ${f.resource}.`,
  kafka_no_coordinator: (f: { cluster: string; user: string }) =>
    `Kafka ${f.cluster} names no coordinator for its groups. Either ${f.user} may not see them: kafka-acls --add --allow-principal User:${f.user} --operation Describe --group '*'; or the broker that keeps their offsets is just starting.`,
  kafka_failed: (f: { cluster: string; reason: string }) =>
    `Kafka ${f.cluster} answered, and the look failed: ${f.reason}. It is tried again; if it stays so, look at the log of the brokers.`,
  connect_unreachable: (f: { cluster: string; url: string; reason: string }) =>
    `Kafka Connect ${f.cluster} does not answer at ${f.url} (${f.reason}). Check that the worker runs and that collect.connect.${f.cluster}.url is the address of its REST interface.`,
  connect_login_refused: (f: { cluster: string; url: string; status: number }) =>
    `Kafka Connect ${f.cluster} refuses the login at ${f.url} (HTTP ${f.status}). Check collect.connect.${f.cluster}.user and password.`,
  connect_failed: (f: { cluster: string; url: string; status: number; answer: string }) =>
    `Kafka Connect ${f.cluster} answers ${f.url} with HTTP ${f.status}: ${f.answer}. While a worker rebalances that passes; otherwise look at its log.`,
  jolokia_unreachable: (f: { cluster: string; url: string; reason: string }) =>
    `Jolokia of Kafka Connect ${f.cluster} does not answer at ${f.url} (${f.reason}). Start the worker with its agent (docs/pipelines.md), or remove collect.connect.${f.cluster}.jolokia; states and offsets are read without it.`,

  dbt_no_folder: (f: { project: string; folder: string }) =>
    `There is no folder ${f.folder}, where dbt project ${f.project} should write. Correct collect.dbt.${f.project}.target, or let dbt run there once; where it runs elsewhere, remove the target's watching and use tidemark dbt push after each run.`,
  dbt_no_results: (f: { folder: string }) =>
    `${f.folder} has no run_results.json: dbt has not run there, or dbt clean removed it. dbt writes it at the end of a run; one that breaks off before it connects writes none.`,
  dbt_file_unreadable: (f: { path: string; reason: string }) =>
    `${f.path} cannot be read (${f.reason}). Let the user of tidemark collect read what dbt writes.`,
  dbt_file_broken: (f: { path: string; reason: string }) =>
    `${f.path} is malformed or half written (${f.reason}). The next run of dbt writes it anew; if it stays so, look whether the disk is full or two runs write to one folder.`,
  dbt_version_newer: (f: { path: string; version: number; newest: number; unfit: number }) =>
    `${f.path} has version ${f.version} of its schema, and ${f.newest} is the newest that is known here. What fits was read${f.unfit > 0 ? `, ${f.unfit} results do not` : ''}. Upgrade Tidemark.`,
  dbt_results_unfit: (f: { path: string; unfit: number }) =>
    `${f.unfit} results of ${f.path} have no unique_id and status that can be read, and were left out. Look whether another program writes this file.`,
  dbt_elementary_no_table: (f: ElementaryTable) =>
    `There is no table ${f.database}.${f.table} in ClickHouse that user "${f.user}" may see, so collect.dbt.${f.project}.elementary has nothing to read. Name the database in which dbt has made the tables of Elementary (dbt run --select elementary makes them), or GRANT SELECT ON ${quotedName(f.database)}.* TO ${f.user}.`,
  dbt_elementary_no_column: (f: ElementaryTable & { columns: readonly string[] }) =>
    `${f.database}.${f.table}, which collect.dbt.${f.project}.elementary names, has no column ${f.columns.join(', ')} that user "${f.user}" may see, and cannot be read without. Upgrade Elementary and let dbt run --select elementary add it, or GRANT SELECT ON ${quotedName(f.database)}.${f.table} TO ${f.user}.`,
  dbt_elementary_right: (f: ElementaryTable) =>
    `User "${f.user}" of ClickHouse may not read ${f.database}.${f.table}, which collect.dbt.${f.project}.elementary names. GRANT SELECT ON ${quotedName(f.database)}.* TO ${f.user}.`,
  dbt_elementary_no_results: (f: ElementaryTable & { invocations: number }) =>
    `${f.invocations} invocations of ${f.database}.dbt_invocations have no result in ${f.table}, so nobody knows how they ended, and they are left out. They ran no node, or dbt has the variable disable_run_results: take that away.`,
  dbt_elementary_unknown: (f: ElementaryTable & { missing: string; unknown: readonly string[] }) =>
    `${f.missing} is not there, or user "${f.user}" may not see it. So it is not known ${f.unknown.join('; ')}. Upgrade Elementary and let dbt run --select elementary, or GRANT SELECT ON ${quotedName(f.database)}.* TO ${f.user}.`,
  usage_no_dbt: (f: { file: string }) =>
    `${f.file} names no dbt project. Add collect: { dbt: { marts: { target: dbt/target } } } (docs/collect.md), then tidemark migrate.`,
  usage_dbt_project: (f: { file: string; folder: string; projects: readonly string[] }) =>
    `${f.folder} is the target of none of the dbt projects of ${f.file}. Say which it is of: --project ${f.projects.join(', or --project ')}.`,
  usage_dbt_choice: (f: { option: string; given: string; known: readonly string[] }) =>
    `${f.option} "${f.given}" is none that tidemark.yaml names: ${f.known.join(', ') || 'there is none'}.`,
  usage_dbt_file: (f: { path: string }) =>
    `${f.path} is not there. Name the target folder of dbt, which has run_results.json after a run (dbt run --target-path, by default target).`,

  pg_unreachable: (f: { server: string; address: string; reason: string }) =>
    `PostgreSQL ${f.server} at ${f.address} cannot be reached (${f.reason}). Start it, or correct collect.postgres.${f.server}.url.`,
  pg_starting: (f: { server: string; reason: string }) =>
    `PostgreSQL ${f.server} takes no connections just now (${f.reason}). Wait until it has started; its log says what it does.`,
  pg_wrong_password: (f: Place) =>
    `PostgreSQL ${f.server} refused user "${f.user}": wrong password, or no such user. Correct collect.postgres.${f.server}.url and .password, or: ALTER ROLE "${f.user}" PASSWORD '…'.`,
  pg_not_let_in: (f: Place & { detail: string }) =>
    `PostgreSQL ${f.server} does not let user "${f.user}" into database "${f.database}": ${f.detail}. Add a line for it to pg_hba.conf, or: ALTER ROLE "${f.user}" LOGIN; GRANT CONNECT ON DATABASE "${f.database}" TO "${f.user}".`,
  pg_tls: (f: { server: string; detail: string }) =>
    `PostgreSQL ${f.server} and tidemark collect do not agree on TLS: ${f.detail}. Add ?sslmode=require (or verify-full, or disable) to collect.postgres.${f.server}.url.`,
  pg_no_database: (f: { server: string; database: string }) =>
    `PostgreSQL ${f.server} has no database "${f.database}". Correct pipelines.*.postgres.database or collect.postgres.${f.server}.url.`,
  pg_full: (f: { server: string; detail: string }) =>
    `PostgreSQL ${f.server} has no connection left: ${f.detail}. Raise max_connections, or find who holds them in pg_stat_activity.`,
  pg_old: (f: { server: string; version: string; least: number }) =>
    `PostgreSQL ${f.server} is version ${f.version}; ${f.least} or newer is needed. Upgrade it.`,
  pg_right: (f: Place & { detail: string; grant: string }) =>
    `User "${f.user}" of PostgreSQL ${f.server} lacks a right: ${f.detail}. In database "${f.database}": ${f.grant}`,
  pg_slow: (f: { server: string; what: string; ms: number }) =>
    `PostgreSQL ${f.server} did not answer about ${f.what} within ${f.ms} ms, and was not asked for longer. Look at its load.`,
  pg_lost: (f: { server: string; reason: string }) =>
    `The connection to PostgreSQL ${f.server} broke (${f.reason}). It is made anew at the next look.`,
  pg_refused: (f: { server: string; what: string; code: string; detail: string }) =>
    `PostgreSQL ${f.server} refused a question about ${f.what} (${f.code}): ${f.detail}.`,
  pg_replica: (f: { server: string }) =>
    `PostgreSQL ${f.server} is a replica, where no beat can be written. Let collect.postgres.${f.server}.url name the primary, or remove the heartbeat.`,
  pg_no_column: (f: { table: string; column: string; key: string; server: string }) =>
    `Table ${f.table} of PostgreSQL ${f.server} has no column "${f.column}". Correct pipelines.*.tables.${f.table}.${f.key}.`,
  ch_right: (f: { table: string; user: string }) =>
    `User "${f.user}" of ClickHouse may not read ${f.table}. GRANT SELECT ON ${f.table} TO ${f.user}; tidemark migrate --print-access writes all that it needs.`,
  ch_no_column: (f: { target: string; column: string; table: string; key: string }) =>
    `${f.target} in ClickHouse has no column "${f.column}". Correct pipelines.*.tables.${f.table}.${f.key}.`,
  ch_no_heartbeat: (f: { target: string; column: string }) =>
    `There is no column ${f.column} of ${f.target} in ClickHouse that the collector may see. Let the pipeline copy the heartbeat table there, or correct pipelines.*.heartbeat.target and .column; GRANT SELECT on it to the collector's user.`,
  pg_no_heartbeat: (f: { server: string; database: string; table: string; what: string }) =>
    `Heartbeat table ${f.table} ${f.what} in database "${f.database}" of ${f.server}. tidemark collect --init-postgres makes it.`,
});

/** Code and sentence of whatever a source threw. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}

/** Code and sentence of what was thrown. Never throws. */
export const failureOf = (thrown: unknown): Failure => ({
  code: thrown instanceof TidemarkError ? thrown.code : 'unexpected',
  message: messageOf(thrown),
});

/** Numbers of ClickHouse's errors that mean what the codes of the CLI mean. */
const serverCodes: Readonly<Record<string, string>> = {
  '60': 'unknown_table',
  '81': 'unknown_table',
  '497': 'access_denied',
};

/** The code of what ClickHouse refused: `unknown_table`, `access_denied` and others, whichever way it was reached. */
export function codeOf(thrown: unknown): string {
  const { code } = (thrown ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' || typeof code === 'number' ? (serverCodes[code] ?? String(code)) : '';
}

/** The failure of a question about a table of ClickHouse: where a right is missing it names the GRANT. */
export const tableFailure = (thrown: unknown, table: string, user: string): Failure =>
  failureOf(codeOf(thrown) === 'access_denied' ? fail('ch_right', { table, user }) : thrown);
