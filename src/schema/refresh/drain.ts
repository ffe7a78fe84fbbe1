import type { Db } from '../../core/db';
import { messageOf } from '../../core/errors';
import { literal, qualified } from '../../core/sql/quote';
import { fail } from '../errors';
import type { Installation } from '../installation';
import { bucketColumn, bucketsOfDays, rowsBetween } from '../rollups/buckets';
import { column } from '../rollups/columns';
import type { SourceContext } from '../rollups/context';
import { tableOf } from '../rollups/context';
import { mergesById } from '../rollups/sourceRows';
import { chunksOf, defaultChunkRows, queuedDays } from './days';
import type { Asked, RecountedStep } from './recounts';
import { byHand, healInsert, recountedSteps, recountHi } from './recounts';
import { refreshSteps, sourceContexts } from './steps';
import { statementSettings } from './settings';

/** How queued days are worked off. */
export interface DrainOptions {
  /** Rows of the source that one statement counts at most; a day with more is counted by itself. */
  readonly chunkRows?: number;
  /** Only these roles' queues. */
  readonly roles?: readonly string[];
  /** Hears how much is queued in all, before the first chunk. */
  readonly onStart?: (work: { readonly days: number; readonly rows: number }) => void;
  /** Hears of each chunk that is done; what it returns is waited for (a throttle). */
  readonly onChunk?: (done: {
    readonly role: string;
    readonly days: readonly string[];
    readonly rows: number;
    readonly ms: number;
  }) => void | Promise<void>;
}

/**
 * Recounts all queued days of every role now, oldest first, table by table. A chunk is taken out of the queue only when all
 * its tables are done: a killed run goes on with the chunk it was at. Safe beside the running views.
 * @throws TidemarkError refresh_failed naming the table; the chunks before stay done.
 */
export async function drainQueue(installation: Installation, db: Db, options: DrainOptions = {}): Promise<void> {
  const recounted = recountedSteps(refreshSteps(installation));
  const work = [];
  for (const context of sourceContexts(installation)) {
    const { role } = context.source;
    const own = recounted.filter((r) => r.context.source.role === role);
    if (own.length === 0 || options.roles?.includes(role) === false) continue;
    work.push({ context, own, days: await queuedDays(context, db, own) });
  }
  const queued = work.flatMap((w) => w.days);
  options.onStart?.({ days: queued.length, rows: queued.reduce((sum, d) => sum + d.rows, 0) });
  for (const { context, own, days } of work) {
    for (const chunk of chunksOf(days, options.chunkRows ?? defaultChunkRows)) {
      const startedMs = Date.now();
      await recountChunk(context, own, db, chunk.days);
      await options.onChunk?.({ role: context.source.role, ...chunk, ms: Date.now() - startedMs });
    }
  }
}

async function recountChunk(
  context: SourceContext,
  own: readonly RecountedStep[],
  db: Db,
  days: readonly string[],
): Promise<void> {
  const { installation, source } = context;
  const [clock] = await db.query<{ at: string }>('SELECT toString(now64(3)) AS at');
  const at = clock?.at ?? '';
  await recountDays(context, own, db, days, at);
  const list = days.map((d) => `toDate(${literal(d)})`).join(', ');
  await db.command(
    `INSERT INTO ${tableOf(installation, 'recounts')} (at, role, d, why) SELECT toDateTime64(${literal(at)}, 3), ${literal(source.role)}, arrayJoin([${list}]), ${literal(byHand)}`,
  );
}

/** Recounts all tables of a role on some days now. `at`: the batch's time, the server's clock as text. */
export async function recountDays(
  context: SourceContext,
  own: readonly RecountedStep[],
  db: Db,
  days: readonly string[],
  at: string,
): Promise<void> {
  const stand = mergesById(context.source) ? await standOf(context, own, db, days) : undefined;
  for (const recounted of own)
    await recountTable(context.installation, recounted, db, { days, at, ...(stand && { stand }) });
}

/**
 * The ids of a chunk's rows and the watermark of its role's ledger, for all tables of the chunk: each asking for itself would
 * read the source's times once more. Asked together, so that no row counts by the mark that the bounds do not know; what
 * comes later is the refreshes' work.
 */
async function standOf(
  context: SourceContext,
  own: readonly RecountedStep[],
  db: Db,
  days: readonly string[],
): Promise<Asked['stand']> {
  const { installation, source } = context;
  const id = column(source, 'id');
  const scopes = new Set(
    own.map(({ rollup }) => `(${rowsBetween(source, rollup, ...edgesOf(installation, source, rollup, days))})`),
  );
  const [first] = own;
  // As hex, since an id may be any bytes.
  const bound = (f: string) => `hex(toString(${f}(${id})))`;
  const [row] = await db.query<{ rows: number; hi: string; type: string; least: string; greatest: string }>(
    `SELECT toFloat64(count()) AS rows, toString(${recountHi(installation, first!.step)}) AS hi, toTypeName(min(${id})) AS type, ${bound('min')} AS least, ${bound('max')} AS greatest
FROM ${qualified(source.table)} WHERE ${[...scopes].join(' OR ')}`,
  );
  if (!row || row.rows === 0) return undefined;
  const typed = (hex: string) => `CAST(unhex(${literal(hex)}), ${literal(row.type)})`;
  return {
    hi: `toDateTime64(${literal(row.hi)}, 3)`,
    ids: { named: [], where: [`${id} >= ${typed(row.least)} AND ${id} <= ${typed(row.greatest)}`] },
  };
}

/** First and last bucket of a table (SQL) that hold any instant of some days of the reporting zone. */
function edgesOf(
  installation: Installation,
  source: SourceContext['source'],
  rollup: RecountedStep['rollup'],
  days: readonly string[],
): readonly [string, string] {
  const sorted = [...days].sort();
  const day = (text: string | undefined) => `toDate(${literal(text ?? '')})`;
  return bucketsOfDays(installation, source, rollup, day(sorted[0]), day(sorted.at(-1)));
}

/** Recounts one table on some days now. */
async function recountTable(installation: Installation, recounted: RecountedStep, db: Db, asked: Asked): Promise<void> {
  const { step, rollup, context } = recounted;
  const [from, to] = edgesOf(installation, context.source, rollup, asked.days);
  const bucket = bucketColumn(rollup);
  const [held] = await db.query<{ n: number }>(
    `SELECT toUInt8(count() > 0) AS n FROM (SELECT 1 FROM ${tableOf(installation, step.table)} WHERE ${bucket} >= ${from} AND ${bucket} <= ${to} LIMIT 1)`,
  );
  const insert = healInsert(installation, recounted, asked, held?.n === 0);
  try {
    await db.command(`${insert}\n${statementSettings(installation, step)}`);
  } catch (cause) {
    throw fail('refresh_failed', { step: step.name, cause: messageOf(cause) }, { cause });
  }
}
