import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

import { literal } from '../core/sql/quote';
import { asEngineError } from './engineError';
import { emptySummary } from './summary';

import type { Engine, EngineSession, WholeResult } from './engine';
import type { Fifos } from './fifos';
import type { Statement } from './statement';
import type { Summary } from './summary';

/** An answer on its way. Has to be closed, read to its end or not. */
export interface Answer {
  /** Throws EngineError where the query fails after the first of them. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** State when the first chunk left; the end state where the answer is that short. */
  readonly summary: Summary;
  /** State as far as it is known by now; the end state once all chunks were read, as far as the engine told. */
  standing(): Summary;
  /** Frees what the answer holds. Of a query under way it waits for the end: cancel that first. */
  close(): Promise<void>;
}

/** A statement ready to be run in a prepared session. */
export interface Runnable {
  readonly engine: Engine;
  readonly session: EngineSession;
  readonly statement: Statement;
  /** The comment by which the query is found: see queryId.ts. */
  readonly tag: string;
  /** Format of the answer. */
  readonly format: string;
}

/**
 * Formats of which pieces, put together, are the whole: the engine's stream makes a document of each piece (tried with
 * every format). Only these can be streamed block by block; the others go through a pipe, a MiB at a time.
 */
export const blockFormats: ReadonlySet<string> = new Set([
  'CSV',
  'JSONCompactEachRow',
  'JSONCompactStringsEachRow',
  'JSONEachRow',
  'JSONL',
  'JSONLines',
  'JSONStringsEachRow',
  'NDJSON',
  'Native',
  'Raw',
  'RowBinary',
  'TSKV',
  'TSV',
  'TSVRaw',
  'TabSeparated',
  'TabSeparatedRaw',
]);

/** Runs a statement to its end and answers then. */
export async function wholeAnswer(runnable: Runnable): Promise<Answer> {
  const { session, statement, tag, format } = runnable;
  const { result, progress } = await watched(runnable, session.run(`${statement.sql}\n${tag}`, format));
  return readyAnswer(result.bytes, endSummary(progress, result, result.bytes, format));
}

/** Runs a statement that only writes. ClickHouse counts a written row as read and as result, too. */
export async function writtenAnswer(session: EngineSession, sql: string, tag: string): Promise<Answer> {
  const { rows, bytes } = await session.write(`${sql}\n${tag}`);
  return readyAnswer(new Uint8Array(0), {
    ...emptySummary,
    readRows: rows,
    readBytes: bytes,
    writtenRows: rows,
    writtenBytes: bytes,
    resultRows: rows,
    resultBytes: bytes,
  });
}

/** Streams the rows of a SELECT, block by block, in a format of {@link blockFormats}. */
export async function streamedAnswer(runnable: Runnable): Promise<Answer> {
  const { session, statement, tag, format } = runnable;
  const blocks = session.stream(`${statement.sql}\n${tag}`, format);
  const first = await blocks.next();
  if (first.done === true) return readyAnswer(new Uint8Array(0), emptySummary);
  const { bytes, rows } = first.value;
  let progress = await progressOf(runnable);
  let result = { resultRows: rows, resultBytes: bytes.length };
  const summary = { ...progress, ...result };
  // Beside the answer, which does not wait for it: the engine forgets a query with its last block.
  let lookAgainMs = Date.now() + lookEveryMs.at(-1)!;
  const look = () => {
    lookAgainMs = Date.now() + lookEveryMs.at(-1)!;
    void progressOf(runnable).then(
      (seen) => seen.readRows >= progress.readRows && (progress = seen),
      () => undefined,
    );
  };
  async function* chunks() {
    yield bytes;
    for await (const block of blocks) {
      result = { resultRows: result.resultRows + block.rows, resultBytes: result.resultBytes + block.bytes.length };
      if (Date.now() >= lookAgainMs) look();
      yield block.bytes;
    }
  }
  return {
    chunks: chunks(),
    summary,
    standing: () => ({ ...progress, ...result }),
    async close() {
      await blocks.return();
    },
  };
}

/**
 * The same, but nothing leaves before the last block is there. What was read is looked up behind the first block and
 * then from time to time: the engine forgets it with the last one.
 */
export async function collectedAnswer(runnable: Runnable): Promise<Answer> {
  const { session, statement, tag, format } = runnable;
  const parts: Uint8Array[] = [];
  let resultRows = 0;
  let progress = emptySummary;
  let lookAgainMs = 0;
  for await (const { bytes, rows } of session.stream(`${statement.sql}\n${tag}`, format)) {
    parts.push(bytes);
    resultRows += rows;
    if (Date.now() < lookAgainMs) continue;
    progress = await progressOf(runnable);
    lookAgainMs = Date.now() + lookEveryMs.at(-1)!;
  }
  const all = Buffer.concat(parts);
  return readyAnswer(all, { ...progress, resultRows, resultBytes: all.length });
}

/** How long, in milliseconds, a first piece waits for the query's end, so that a short answer has the whole summary. */
const endOfShortQueryMs = 20;

/** Streams the answer of a SELECT in any format through a pipe; the engine writes it a MiB at a time. */
export async function pipedAnswer(runnable: Runnable, fifos: Fifos): Promise<Answer> {
  const { session, statement, tag, format } = runnable;
  const { path, bytes, finish } = await fifos.open();
  const into = ` INTO OUTFILE ${literal(path)} APPEND ${statement.format === undefined ? `FORMAT ${format} ` : ''}`;
  const sql = statement.sql.slice(0, statement.formatAt) + into + statement.sql.slice(statement.formatAt);
  const end: { summary?: Summary; error?: Error } = {};
  let tail: Uint8Array = new Uint8Array(0);
  const done = watched(runnable, session.run(`${sql}\n${tag}`))
    .then(({ result, progress }) => {
      end.summary = endSummary(progress, result, tail, format);
    })
    .catch((thrown: unknown) => {
      end.error = asEngineError(thrown);
    })
    .finally(finish);
  const close = async () => {
    // Left early: a cancelled query must not hang on a full pipe before it notices.
    bytes.resume();
    await done;
    bytes.destroy();
  };

  const pieces = bytes.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array>;
  const first = await pieces.next();
  if (first.done !== true) tail = first.value;
  await (first.done === true ? done : Promise.race([done, delay(endOfShortQueryMs, undefined, { ref: false })]));
  if (end.error) {
    await close();
    throw end.error;
  }
  async function* chunks() {
    for (let step = first; step.done !== true; step = await pieces.next()) yield step.value;
    await done;
    if (end.error) throw end.error;
  }
  const summary = end.summary ?? (await progressOf(runnable));
  return { chunks: chunks(), summary, standing: () => end.summary ?? summary, close };
}

/** An answer that is there as a whole. */
function readyAnswer(bytes: Uint8Array, summary: Summary): Answer {
  return {
    chunks: bytes.length > 0 ? Readable.from([bytes]) : Readable.from([]),
    summary,
    standing: () => summary,
    close: async () => undefined,
  };
}

/** Milliseconds between two looks at a query whose answer is not there yet. */
const lookEveryMs = [2, 5, 20, 50, 100];

/** Waits for a statement and keeps looking how far it is: the engine says so only while it runs. */
async function watched(
  runnable: Runnable,
  running: Promise<WholeResult>,
): Promise<{ readonly result: WholeResult; readonly progress: Summary }> {
  let over = false;
  let progress = emptySummary;
  const look = async () => {
    for (let i = 0; !over; i++) {
      await delay(lookEveryMs[Math.min(i, lookEveryMs.length - 1)], undefined, { ref: false });
      if (over) return;
      const seen = await progressOf(runnable).catch(() => progress);
      if (seen.readRows >= progress.readRows) progress = seen;
    }
  };
  void look();
  try {
    return { result: await running, progress };
  } finally {
    over = true;
  }
}

/**
 * The state at the end: rows and bytes read as the answer itself says them, where its format has statistics and they are
 * in the bytes at hand, otherwise as last seen.
 */
function endSummary(progress: Summary, result: WholeResult, answer: Uint8Array, format: string): Summary {
  const summary = { ...progress, resultRows: result.resultRows, resultBytes: result.resultBytes };
  if (!format.startsWith('JSON')) return summary;
  const end = Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength).toString('utf8', answer.length - 200);
  const [, rows, bytes] = /"rows_read":\s*(\d+),\s*"bytes_read":\s*(\d+)\s*}\s*}\s*$/.exec(end) ?? [];
  return rows === undefined ? summary : { ...summary, readRows: Number(rows), readBytes: Number(bytes) };
}

/** Asked beside every answer: the old analyzer plans so short a question in half the time. */
const progressSettings = 'enable_analyzer = 0, query_plan_enable_optimizations = 0, max_threads = 1';

async function progressOf({ engine, tag }: Runnable): Promise<Summary> {
  const [row = []] = await engine.control(
    `SELECT read_rows, read_bytes, written_rows, written_bytes, total_rows_approx, memory_usage, peak_memory_usage, ProfileEvents['OSCPUVirtualTimeMicroseconds']
     FROM system.processes WHERE endsWith(query, ${literal(tag)}) SETTINGS ${progressSettings}`,
  );
  const [readRows = 0, readBytes = 0, writtenRows = 0, writtenBytes = 0, totalRowsToRead = 0, ...more] =
    row.map(Number);
  const [memory = 0, peak = 0, cpuMicroseconds = 0] = more;
  const written = { writtenRows, writtenBytes };
  // What a query freed for another makes its own sum negative.
  const used = { memoryUsageBytes: Math.max(0, memory), peakMemoryBytes: Math.max(0, peak), cpuMicroseconds };
  return { ...emptySummary, readRows, readBytes, ...written, totalRowsToRead, ...used };
}
