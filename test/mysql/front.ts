import type { AddressInfo } from 'node:net';
import type { Server as NetServer } from 'node:net';

import { createServer } from 'mysql2';
import type { Connection } from 'mysql2';

/** A MySQL-wire front over ClickHouse's HTTP interface. */
export interface MysqlFront {
  readonly port: number;
  stop(): Promise<void>;
}

interface Answer {
  readonly meta: readonly { readonly name: string; readonly type: string }[];
  readonly data: readonly (readonly (string | number | null)[])[];
}

/** A connection from the server's side; the typings of mysql2 leave some of it out. */
type Served = Connection & {
  sequenceId: number;
  writeError(error: { readonly code: number; readonly message: string }): void;
};

/** Numbers of MySQL's protocol: types of columns, collations. */
const types = { double: 0x05, longlong: 0x08, string: 0xfe } as const;
const collations = { binary: 63, utf8: 33 } as const;

/** As ClickHouse's own MySQL port sends its types: Int64 and Float64 as numbers, everything else as text. */
function definition({ name, type }: Answer['meta'][number]): object {
  const number = type === 'Float64' ? types.double : type === 'Int64' ? types.longlong : undefined;
  return {
    catalog: 'def',
    schema: '',
    table: '',
    orgTable: '',
    name,
    orgName: name,
    characterSet: number === undefined ? collations.utf8 : collations.binary,
    columnLength: number === undefined ? 1024 : 22,
    columnType: number ?? types.string,
    flags: 0,
    decimals: number === types.double ? 31 : 0,
  };
}

/**
 * Speaks MySQL's protocol on a free port of 127.0.0.1 and forwards each query to ClickHouse: the embedded engine has no MySQL port.
 * Any login is let in. Types are told as ClickHouse's MySQL port tells them, so that clients see the columns that they would see.
 */
export async function startMysqlFront(engineUrl: string): Promise<MysqlFront> {
  const server = createServer(() => undefined);
  let connections = 0;
  server.on('connection', (connection) => {
    const open = connection as Served;
    /** Each command begins to count its packets anew; the library leaves that to whoever answers. */
    const answered = (write: () => void) => {
      write();
      open.sequenceId = 0;
    };
    const ok = () => answered(() => open.writeOk());
    open.serverHandshake({
      protocolVersion: 10,
      serverVersion: '8.0.0-tidemark',
      connectionId: ++connections,
      statusFlags: 2,
      characterSet: collations.utf8,
      // All but TLS and compression.
      capabilityFlags: 0xffffff & ~(0x800 | 0x20),
      authCallback: (_login: unknown, then: (error: null) => void) => answered(() => then(null)),
    });
    // A client that goes away in the middle is no error of the test.
    open.on('error', () => undefined);
    open.on('ping', ok);
    open.on('init_db', ok);
    // SET NAMES and the like.
    open.on('stmt_prepare', ok);
    open.on('query', (sql: string) => {
      void forward(engineUrl, sql).then(
        ({ meta, data }) => {
          const rows = data.map((row) => Object.fromEntries(meta.map(({ name }, at) => [name, row[at]])));
          answered(() => open.writeTextResult(rows, meta.map(definition)));
        },
        (error: Error) => answered(() => open.writeError({ code: 1105, message: error.message })),
      );
    });
  });
  const inner = (server as unknown as { readonly _server: NetServer })._server;
  await new Promise<void>((resolve) => {
    inner.once('listening', resolve);
    inner.listen(0, '127.0.0.1');
  });
  return {
    port: (inner.address() as AddressInfo).port,
    stop: () => new Promise((resolve) => inner.close(() => resolve())),
  };
}

async function forward(url: string, sql: string): Promise<Answer> {
  const response = await fetch(`${url}/?default_format=JSONCompact&output_format_json_quote_64bit_integers=1`, {
    method: 'POST',
    body: sql,
  });
  const text = await response.text();
  if (!response.ok) throw new Error(text.trim());
  return JSON.parse(text) as Answer;
}
