import { randomUUID } from 'node:crypto';

import { Client } from 'pg';

import { fail } from './errors';
import { statementsOf } from './statements';

/** Runs SQL on a PostgreSQL, several statements at once if need be; rows of the last one. Throws what PostgreSQL says. */
export async function onPostgres<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  // A server that is stopped on purpose ends the connection; whoever waits for an answer is told anyway.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const answer: unknown = await client.query<Row>(sql);
    const last = (Array.isArray(answer) ? answer.at(-1) : answer) as { rows: Row[] };
    return last.rows;
  } finally {
    await client.end();
  }
}

/** Runs the statements of a file of SQL on a ClickHouse, one after the other in one session. Throws `statement_failed`. */
export async function onClickHouse(url: string, sql: string, login = new URLSearchParams()): Promise<void> {
  const address = `${url}/?${new URLSearchParams([...login, ['session_id', randomUUID()]])}`;
  for (const statement of statementsOf(sql)) {
    const answer = await fetch(address, { method: 'POST', body: statement });
    const text = await answer.text();
    if (!answer.ok) throw fail('statement_failed', { statement: statement.slice(0, 200), reason: text.slice(0, 500) });
  }
}
