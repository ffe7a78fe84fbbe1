import type { Ask } from '../../clickhouse/client';
import { TidemarkError } from '../../core/errors';
import { killColumns, progressColumns } from '../../core/processes';
import { ident } from '../../core/sql/quote';

/** The server as the first question of the health check found it. */
export interface Server {
  readonly version: string;
  readonly user: string;
  readonly db: string;
}

/** Something that works, or that would with the SQL given. */
export interface Capability {
  /** One sentence. */
  readonly says: string;
  /** What gives it, to be run by an administrator; absent where all is well. */
  readonly fix?: string;
}

/** One thing that is tried. Never throws for a missing right; connection errors go through. */
type Probe = (ask: Ask, server: Server) => Promise<Capability>;

/** Settings of the session that are looked at, with what they should be. */
const settingNames = [
  'readonly',
  'max_execution_time',
  'enable_http_compression',
  'cancel_http_readonly_queries_on_client_close',
] as const;
type Settings = Partial<Readonly<Record<(typeof settingNames)[number], string>>>;

/** What is tried by a statement of its own. */
const probes: readonly Probe[] = [progress, cancelling, columns, tidemarkTables];

/** Everything that the data source can and cannot do as this user, the settings of the user first. */
export async function capabilities(ask: Ask, server: Server): Promise<readonly Capability[]> {
  const list = settingNames.map((name) => `'${name}'`).join(', ');
  const rows = await optional(
    ask<{ name: (typeof settingNames)[number]; value: string }>(
      `SELECT name, value FROM system.settings WHERE name IN (${list})`,
    ),
  );
  const settings: Settings = Object.fromEntries((rows ?? []).map(({ name, value }) => [name, value]));
  const known = rows
    ? ofSettings(settings, server)
    : [{ says: 'Whether the user is read-only could not be seen (system.settings is closed to it).' }];
  return [...known, ...(await Promise.all(probes.map((probe) => probe(ask, server))))];
}

function ofSettings(settings: Settings, { user }: Server): Capability[] {
  const alter = (assignments: string) => `ALTER USER ${ident(user)} SETTINGS ${assignments};`;
  const unlimited = (value: string | undefined) => value === undefined || Number(value) === 0;
  return [
    readOnly(settings.readonly, alter),
    unlimited(settings.max_execution_time)
      ? {
          says: 'A query may run for ever on the server, also when the proxy has given up waiting.',
          fix: alter('max_execution_time = 29'),
        }
      : { says: `A query may run ${settings.max_execution_time} s.` },
    ...(settings.cancel_http_readonly_queries_on_client_close === '0'
      ? [
          {
            says: 'A query goes on when its connection closes, unless the plugin’s KILL QUERY reaches it.',
            fix: alter('cancel_http_readonly_queries_on_client_close = 1'),
          },
        ]
      : []),
    ...(settings.enable_http_compression === '0'
      ? [
          {
            says: 'Answers travel uncompressed.',
            fix: alter('enable_http_compression = 1, http_zlib_compression_level = 1'),
          },
        ]
      : []),
  ];
}

function readOnly(value: string | undefined, alter: (assignments: string) => string): Capability {
  if (value === '1') return { says: 'The user is read-only (readonly = 1), which is what dashboards need.' };
  if (value === '2')
    return { says: 'The user is read-only but may change settings (readonly = 2); readonly = 1 is enough.' };
  return {
    says: 'The user may write: everyone who may query this data source may change data. Use one with readonly = 1.',
    fix: alter('readonly = 1'),
  };
}

async function progress(ask: Ask, { user }: Server): Promise<Capability> {
  const own = await optional(ask(`SELECT ${progressColumns.join(', ')} FROM system.processes LIMIT 1`));
  if (own) return { says: 'Progress of running queries can be shown.' };
  return {
    says: 'Progress of running queries cannot be shown (system.processes is closed to the user).',
    fix: `GRANT SELECT(${[...killColumns, ...progressColumns].join(', ')}) ON system.processes TO ${ident(user)};`,
  };
}

async function cancelling(ask: Ask, { user }: Server): Promise<Capability> {
  const tried = await optional(ask(`KILL QUERY WHERE query_id = 'tidemark-health-check' ASYNC`));
  if (tried) return { says: 'Queries that nobody waits for are stopped.' };
  return {
    says: 'Queries that nobody waits for cannot be stopped by the plugin.',
    fix: `GRANT SELECT(${killColumns.join(', ')}) ON system.processes TO ${ident(user)};`,
  };
}

async function columns(ask: Ask, { user }: Server): Promise<Capability> {
  const seen = await optional(ask('SELECT name, type, comment FROM system.columns LIMIT 1'));
  if (seen) return { says: 'Columns can be looked up for filters.' };
  return {
    says: 'Columns cannot be looked up: filters have no suggestions.',
    fix: `GRANT SELECT ON system.columns TO ${ident(user)};`,
  };
}

async function tidemarkTables(ask: Ask, { user }: Server): Promise<Capability> {
  const rows = await optional(
    ask<{ db: string }>(
      "SELECT database AS db FROM system.tables WHERE name = 'catalog_metrics' ORDER BY database = 'tidemark' DESC, database LIMIT 1",
    ),
  );
  const db = rows?.[0]?.db;
  if (db) return { says: `Tidemark's tables are in database "${db}".` };
  if (!rows)
    return { says: "Whether Tidemark's tables exist could not be seen (system.tables is closed to the user)." };
  return {
    says: 'Tidemark\'s tables were not found: plain SQL works, the dashboards of Tidemark need "tidemark migrate" (or a grant of SELECT on its database).',
    fix: `GRANT SELECT ON tidemark.* TO ${ident(user)};`,
  };
}

/** The rows, or undefined where the server refused them (a right that is missing is no failure of the connection). */
async function optional<Row>(rows: Promise<Row[]>): Promise<Row[] | undefined> {
  try {
    return await rows;
  } catch (thrown) {
    if (thrown instanceof TidemarkError && thrown.code === 'server_error') return undefined;
    throw thrown;
  }
}
