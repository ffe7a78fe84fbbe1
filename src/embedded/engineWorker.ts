/**
 * A thread that holds chDB sessions for {@link ./engine}. It exists because two of the engine's calls do not return
 * before work is done (`queryStream` runs scalar subqueries, `query` everything): on the server's own thread they would
 * stop every other request. It must never end before the process does: chDB shuts the engine down with the first
 * environment that goes (tried: every later query hangs).
 */
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';

import { Session } from 'chdb';

import type { ChdbQueryStream, StreamChunk } from 'chdb';
import type { EngineCall, EngineReply, WorkerConfig } from './engineProtocol';

const config = workerData as WorkerConfig;
const port = parentPort!;

/** The one call of chDB's native part that counts written rows; the package's own `insert` has it for few formats only. */
interface NativeInsert {
  InsertRawAsyncConnection(
    connection: unknown,
    sql: string,
    data: Buffer,
    countLines: boolean,
  ): Promise<{ readonly rowsWritten: number; readonly bytesWritten: number }>;
}
const inChdb = createRequire(require.resolve('chdb'));
const loader = inChdb('./dist/loader.js') as { loadNative(): NativeInsert };
const native = loader.loadNative();

interface Held {
  readonly session: Session;
  stream?: { readonly source: ChdbQueryStream; readonly chunks: AsyncIterator<StreamChunk> };
}
const held = new Map<number, Held>();

function sessionOf(id: number): Held {
  const found = held.get(id);
  if (!found) throw new Error(`Engine session ${id} is closed.`);
  return found;
}

async function answer(call: EngineCall): Promise<EngineReply> {
  switch (call.kind) {
    case 'open':
      held.set(call.session, { session: new Session(config.dataDir, { connectionArgs: config.connectionArgs }) });
      return { kind: 'done' };
    case 'close':
      held.get(call.session)?.session.close();
      held.delete(call.session);
      return { kind: 'done' };
    case 'control':
      return { kind: 'text', text: sessionOf(call.session).session.query(call.sql, 'JSONCompactEachRow') };
    // chDB calls rows of the result rowsRead.
    case 'run': {
      const result = await sessionOf(call.session).session.queryAsync(call.sql, { format: call.format });
      return { kind: 'result', bytes: result.bytes(), resultRows: result.rowsRead, resultBytes: result.bytesRead };
    }
    case 'write': {
      const { connection } = sessionOf(call.session).session;
      const written = await native.InsertRawAsyncConnection(connection, call.sql, Buffer.from(call.data ?? []), false);
      return { kind: 'written', rows: written.rowsWritten, bytes: written.bytesWritten };
    }
    case 'stream': {
      const holder = sessionOf(call.session);
      const source = holder.session.queryStream(call.sql, { format: call.format });
      holder.stream = { source, chunks: source[Symbol.asyncIterator]() };
      return nextChunk(holder);
    }
    case 'next':
      return nextChunk(sessionOf(call.session));
    case 'cancel':
      held.get(call.session)?.stream?.source.cancel();
      return { kind: 'done' };
  }
}

async function nextChunk(holder: Held): Promise<EngineReply> {
  const step = await holder.stream?.chunks.next();
  if (!step || step.done === true) {
    delete holder.stream;
    return { kind: 'end' };
  }
  return { kind: 'chunk', bytes: step.value.raw(), rows: step.value.numRows };
}

async function handle(id: number, call: EngineCall): Promise<void> {
  try {
    port.postMessage({ id, reply: await answer(call) });
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    port.postMessage({ id, reply: { kind: 'error', message } satisfies EngineReply });
  }
}

port.on('message', ({ id, call }: { id: number; call: EngineCall }) => void handle(id, call));
