import type { TestDataSourceResponse } from '@grafana/data';
import type { ClickHouseClient } from '../../clickhouse/client';
import { messageOf, TidemarkError } from '../../core/errors';
import type { Capability, Server } from './capabilities';
import { capabilities } from './capabilities';

/**
 * The health check of the settings page: reaches the server, names version and user, and says what the user can and cannot do,
 * each gap with the SQL that closes it. A gap is no failure: the data source works without. Never rejects and never answers
 * without a sentence.
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
    const found = await capabilities(ask, server);
    const fixes = found.flatMap(({ fix }) => (fix ? [fix] : []));
    return {
      status: 'success',
      message: `Connected to ClickHouse ${server.version} as "${server.user}", database "${server.db}".${gaps(fixes.length)}`,
      details: {
        message: found.map(({ says }) => says).join(' '),
        ...(fixes.length > 0 && { verboseMessage: script(found) }),
      },
    };
  } catch (thrown) {
    return failed(messageOf(thrown), thrown);
  }
}

function gaps(count: number): string {
  if (count === 0) return '';
  return ` ${count === 1 ? 'One thing' : `${count} things`} could be better: see the details for the SQL.`;
}

/** What an administrator may run, each statement under what it mends. */
function script(found: readonly Capability[]): string {
  return found.flatMap(({ says, fix }) => (fix ? [`-- ${says}\n${fix}`] : [])).join('\n');
}

function failed(message: string, thrown?: unknown): TestDataSourceResponse {
  const code = thrown instanceof TidemarkError ? thrown.code : '';
  return { status: 'error', message, ...(code && { details: { verboseMessage: code } }) };
}
