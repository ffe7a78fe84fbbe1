import type { TestDataSourceResponse } from '@grafana/data';
import { messageOf, TidemarkError } from '../core/errors';
import type { ClickHouseClient } from '../clickhouse/client';

interface Server {
  readonly version: string;
  readonly user: string;
  readonly db: string;
}

/**
 * The health check of the settings page: reaches the server, names version and user, says what the user may do and
 * whether Tidemark's tables are there. Never rejects and never answers without a sentence.
 * @param client makes the client; may throw
 * @param queryId makes a new query id
 */
export async function checkHealth(
  client: () => ClickHouseClient,
  queryId: () => string,
): Promise<TestDataSourceResponse> {
  const ask = async <Row>(sql: string) => client().rows<Row>({ sql, queryId: queryId() });
  try {
    const [server] = await ask<Server>('SELECT version() AS version, currentUser() AS user, currentDatabase() AS db');
    if (!server) return failed('ClickHouse answered the health check with no row. Check what stands behind the URL.');
    const notes = [await readOnlyNote(ask), await tidemarkNote(ask)];
    return {
      status: 'success',
      message: `Connected to ClickHouse ${server.version} as "${server.user}", database "${server.db}".`,
      details: { message: notes.join(' ') },
    };
  } catch (thrown) {
    return failed(messageOf(thrown), thrown);
  }
}

type Ask = <Row>(sql: string) => Promise<Row[]>;

async function readOnlyNote(ask: Ask): Promise<string> {
  const rows = await optional(ask<{ value: string }>("SELECT value FROM system.settings WHERE name = 'readonly'"));
  switch (rows?.[0]?.value) {
    case '1':
      return 'The user is read-only (readonly = 1), which is what dashboards need.';
    case '2':
      return 'The user is read-only but may change settings (readonly = 2); readonly = 1 is enough.';
    case undefined:
      return 'Whether the user is read-only could not be seen (system.settings is closed to it).';
    default:
      return 'The user may write: everyone who may query this data source may change data. Use one with readonly = 1.';
  }
}

async function tidemarkNote(ask: Ask): Promise<string> {
  const rows = await optional(
    ask<{ db: string }>(
      "SELECT database AS db FROM system.tables WHERE name = 'catalog_metrics' ORDER BY database = 'tidemark' DESC, database LIMIT 1",
    ),
  );
  const db = rows?.[0]?.db;
  if (db) return `Tidemark's tables are in database "${db}".`;
  return rows
    ? 'Tidemark\'s tables were not found: plain SQL works, the dashboards of Tidemark need "tidemark migrate" (or a grant of SELECT on its database).'
    : "Whether Tidemark's tables exist could not be seen (system.tables is closed to the user).";
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

function failed(message: string, thrown?: unknown): TestDataSourceResponse {
  const code = thrown instanceof TidemarkError ? thrown.code : '';
  return { status: 'error', message, ...(code && { details: { verboseMessage: code } }) };
}
