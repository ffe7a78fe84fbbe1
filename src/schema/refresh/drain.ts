import type { Db } from '../../core/db';
import { messageOf } from '../../core/errors';
import { literal } from '../../core/sql/quote';
import { fail } from '../errors';
import type { Installation } from '../installation';
import { bucketColumn, bucketsOfDays } from '../rollups/buckets';
import type { SourceContext } from '../rollups/context';
import { tableOf } from '../rollups/context';
import { chunksOf, defaultChunkRows, queuedDays } from './days';
import type { RecountedStep } from './recounts';
import { byHand, healInsert, recountedSteps } from './recounts';
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
  for (const recounted of own) await recountTable(installation, recounted, db, days, at);
  const list = days.map((d) => `toDate(${literal(d)})`).join(', ');
  await db.command(
    `INSERT INTO ${tableOf(installation, 'recounts')} (at, role, d, why) SELECT toDateTime64(${literal(at)}, 3), ${literal(source.role)}, arrayJoin([${list}]), ${literal(byHand)}`,
  );
}

/** Recounts one table on some days now. `at`: the server's clock as text. */
export async function recountTable(
  installation: Installation,
  recounted: RecountedStep,
  db: Db,
  days: readonly string[],
  at: string,
): Promise<void> {
  const { step, rollup, context } = recounted;
  const sorted = [...days].sort();
  const day = (text: string | undefined) => `toDate(${literal(text ?? '')})`;
  const [from, to] = bucketsOfDays(installation, context.source, rollup, day(sorted[0]), day(sorted.at(-1)));
  const bucket = bucketColumn(rollup);
  const [held] = await db.query<{ n: number }>(
    `SELECT toUInt8(count() > 0) AS n FROM (SELECT 1 FROM ${tableOf(installation, step.table)} WHERE ${bucket} >= ${from} AND ${bucket} <= ${to} LIMIT 1)`,
  );
  const insert = healInsert(installation, recounted, days, at, held?.n === 0);
  try {
    await db.command(`${insert}\n${statementSettings(installation, step)}`);
  } catch (cause) {
    throw fail('refresh_failed', { step: step.name, cause: messageOf(cause) }, { cause });
  }
}
