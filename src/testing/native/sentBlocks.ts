import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddressInfo, Socket } from 'node:net';

/** A SELECT of one column `v` and its type. */
export interface SentSelect {
  readonly type: string;
  readonly sql: string;
}

/** What the engine sent for a SELECT at a revision, and its rows as JSON of one column. */
export interface SentBlock {
  readonly bytes: Uint8Array;
  readonly json: readonly string[];
}

const program = `
const { Session } = require(${JSON.stringify(require.resolve('chdb'))});
const { dir, statements } = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
const session = new Session(dir + '/data', { connectionArgs: ['--config-file=' + dir + '/config.xml'] });
const answers = statements.map((sql) => {
  try { return session.query(sql, 'JSONCompactEachRow'); }
  catch (thrown) { throw new Error(thrown.message.slice(0, 500) + ' ' + sql.slice(0, 2000)); }
});
process.stdout.write(JSON.stringify(answers));
session.close();
`;

/**
 * The blocks of SELECTs as the engine itself writes them for a peer of a protocol revision: over HTTP the embedded
 * engine knows no revision, but it inserts into Distributed tables, and to a server on the other side it writes as that
 * server's revision asks. Here that server is {@link answerAs}. `settings` are set first, as `name = value, …`.
 */
export async function blocksAtRevision(
  revision: number,
  selects: readonly SentSelect[],
  settings: string,
): Promise<SentBlock[]> {
  const taken: Uint8Array[] = [];
  const server = createServer((socket) => answerAs(revision, socket, selects, taken));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const dir = await mkdtemp(join(tmpdir(), 'tidemark-sent-'));
  try {
    await mkdir(join(dir, 'data'));
    const { port } = server.address() as AddressInfo;
    await writeFile(join(dir, 'config.xml'), configOf(port));
    const statements = selects.flatMap(({ type, sql }, i) => [
      `CREATE TABLE d${i} (v ${type}) ENGINE = Distributed('peer', 'default', 't${i}')`,
      `INSERT INTO d${i} ${sql}`,
      sql,
    ]);
    const first = `SET distributed_foreground_insert = 1, ${settings}`;
    const answers = JSON.parse(await run(JSON.stringify({ dir, statements: [first, ...statements] }))) as string[];
    return selects.map((_, i) => ({
      bytes: taken[i]!,
      json: answers[3 * i + 3]!.split('\n')
        .slice(0, -1)
        .map((line) => line.slice(1, -1)),
    }));
  } finally {
    server.close();
    await rm(dir, { recursive: true, force: true });
  }
}

const configOf = (port: number) => `<clickhouse><remote_servers><peer><shard><replica><host>127.0.0.1</host>
<port>${port}</port><compression>false</compression></replica></shard></peer></remote_servers></clickhouse>`;

function run(input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['-e', program], { stdio: ['pipe', 'pipe', 'pipe'] });
    const [out, failed]: [string[], string[]] = [[], []];
    child.stdout.setEncoding('utf8').on('data', (text: string) => out.push(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => failed.push(text));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve(out.join('')) : reject(new Error(`The engine ended with ${code}: ${failed.join('')}`)),
    );
    child.stdin.end(input);
  });
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return Buffer.from([...bytes, value]);
}
const text = (value: string) => Buffer.concat([varint(Buffer.byteLength(value)), Buffer.from(value)]);

const packet = { hello: 0, data: 1, pong: 4, endOfStream: 5 };
const clientPing = 4;

/** The first packet of a server of a revision: what it has to say grew over time. */
function hello(revision: number): Buffer {
  const parts: (readonly [since: number, bytes: Buffer])[] = [
    [0, Buffer.concat([varint(packet.hello), text('peer'), varint(26), varint(7), varint(revision)])],
    [54_471, varint(7)], // parallel replicas
    [54_058, text('UTC')],
    [54_372, text('peer')],
    [54_401, varint(2)], // patch of the version
    [54_470, Buffer.concat([text('notchunked'), text('notchunked')])],
    [54_461, varint(0)], // rules for passwords
    [54_462, Buffer.alloc(8)], // nonce
    [54_474, text('')], // settings
    [54_477, varint(1)], // query plans
    [54_479, varint(1)], // cluster functions
  ];
  return Buffer.concat(parts.flatMap(([since, bytes]) => (revision >= since ? [bytes] : [])));
}

/** Takes INSERTs into `t0`, `t1`, … as a server would, and keeps the blocks of each. */
function answerAs(revision: number, socket: Socket, selects: readonly SentSelect[], taken: Uint8Array[]): void {
  const fields = revision >= 54_480 ? [3, 0] : [];
  const info = Buffer.from([1, 0, 2, 255, 255, 255, 255, ...fields, 0]);
  /** The packet of an empty block: nothing follows it. */
  const last = Buffer.concat([Buffer.from([2, 0]), info, Buffer.from([0, 0])]);
  let stage: 'hello' | 'query' | 'data' = 'hello';
  let table = 0;
  let bytes: Buffer = Buffer.alloc(0);
  const reply = (next: typeof stage, ...parts: readonly Buffer[]) => {
    bytes = Buffer.alloc(0);
    stage = next;
    socket.write(Buffer.concat(parts));
  };
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    const ended = bytes.subarray(-last.length).equals(last);
    if (stage === 'hello') return reply('query', hello(revision));
    if (stage === 'query' && ended) {
      table = Number(/INSERT INTO default\.t(\d+) /.exec(bytes.toString('latin1'))![1]);
      const custom = revision >= 54_454 ? [0] : [];
      const header = [Buffer.from([1, 0]), text('v'), text(selects[table]!.type), Buffer.from(custom)];
      return reply('data', varint(packet.data), text(''), info, ...header);
    }
    if (stage === 'query' && bytes.at(-1) === clientPing) return reply('query', varint(packet.pong));
    if (stage === 'data' && ended) {
      // Before the block: the packet's number and the name of the table, which is empty.
      taken[table] = Uint8Array.from(bytes.subarray(2, -last.length));
      reply('query', varint(packet.endOfStream));
    }
  });
}
