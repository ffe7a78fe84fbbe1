import type { Db } from '../../core/db';
import { messageOf } from '../../core/errors';
import { ident, literal } from '../../core/sql/quote';
import { onCluster } from '../cluster';
import { fail } from '../errors';
import type { Installation } from '../installation';
import { rowsBetween } from '../rollups/buckets';
import { tableOf } from '../rollups/context';
import { ledgerSelect } from '../rollups/ledger';
import { recountSelect } from '../rollups/recount';
import type { Chunk } from '../refresh/days';
import { chunksOf, defaultChunkRows, sourceDays } from '../refresh/days';
import { upperBound } from '../refresh/progress';
import { recountHi } from '../refresh/recounts';
import { statementSettings } from '../refresh/settings';
import type { Step } from '../refresh/steps';
import { stepInsert } from '../refresh/steps';

/** How far a filling is. */
export interface FillProgress {
  readonly step: string;
  readonly rows: number;
  readonly of: number;
}

/**
 * Fills a step's new table beside the old one from everything that the source has, some days at a time. Each chunk is written
 * down under the definition's hash: a killed migrate goes on with the chunk it was at.
 * @returns moment from which on stamped rows may be missing, as text of the server's clock: when the first chunk was begun, or earlier
 * where a chunk reads what was proven less far ({@link beginning}).
 * @throws TidemarkError refresh_failed naming the step.
 */
export async function fillBeside(
  installation: Installation,
  db: Db,
  step: Step,
  target: string,
  hash: string,
  onProgress: (progress: FillProgress) => void | Promise<void> = () => undefined,
  chunkRows: number = defaultChunkRows,
): Promise<string> {
  if (step.of.kind === 'finished') return fillWhole(installation, db, step, target);
  const { context } = step.of;
  const log = tableOf(installation, 'backfills');
  const chunks = chunksOf(await sourceDays(context, db), chunkRows);
  // By both ends: the source has other rows than when the filling was killed, so the same first day may begin a longer chunk.
  const written = await db.query<{ days: string; began: string }>(
    `SELECT concat(toString(from_day), ' ', toString(to_day)) AS days, toString(min(at)) AS began FROM ${log} WHERE target = ${literal(target)} AND hash = ${literal(hash)} GROUP BY from_day, to_day`,
  );
  const known = new Map(written.map((w) => [w.days, w.began] as const));
  const of = chunks.reduce((sum, c) => sum + c.rows, 0);
  let rows = 0;
  const begins = [...known.values(), await beginning(installation, db, step)];
  for (const chunk of chunks) {
    if (!known.has(`${chunk.days[0]} ${chunk.days.at(-1)}`))
      await fillChunk(installation, db, step, target, hash, chunk);
    await onProgress({ step: step.name, rows: (rows += chunk.rows), of });
  }
  return begins.sort()[0] ?? '';
}

/** Makes what was written down of a table's filling forgotten: it is made anew. */
export const forgetFilling = (installation: Installation, target: string): string =>
  `ALTER TABLE ${tableOf(installation, 'backfills')}${onCluster(installation)} DELETE WHERE target = ${literal(target)} SETTINGS mutations_sync = 1`;

/**
 * Moment from which on rows may be missing in what is filled now: this one, or the one up to which the step's upstream is proven where
 * that lags behind. In class *moving* a row is counted once the ledger knows its place, and the ledger runs seldom, or (while
 * it is made anew itself) not at all until the migration ends.
 */
async function beginning(installation: Installation, db: Db, step: Step): Promise<string> {
  const bound = `${upperBound(installation, step)} + toIntervalSecond(${installation.delaySeconds})`;
  const [row] = await db.query<{ at: string }>(`SELECT toString(least(now64(3), ${bound})) AS at`);
  return row?.at ?? '';
}

async function fillChunk(
  installation: Installation,
  db: Db,
  step: Step,
  target: string,
  hash: string,
  { days, rows }: Chunk,
): Promise<void> {
  const began = await beginning(installation, db, step);
  const startedMs = Date.now();
  const date = (day: string | undefined) => `toDate(${literal(day ?? '')})`;
  const from = date(days[0]);
  const to = date(days.at(-1));
  await insert(installation, db, step, target, chunkSelect(installation, step, from, to));
  await db.command(
    `INSERT INTO ${tableOf(installation, 'backfills')} SELECT ${literal(target)}, ${literal(hash)}, ${from}, ${to}, ${rows}, ${Date.now() - startedMs}, toDateTime64(${literal(began)}, 3)`,
  );
}

/** Everything that a step's table has on some days of the reporting zone. */
function chunkSelect(installation: Installation, step: Step, from: string, to: string): string {
  const { of } = step;
  if (of.kind === 'places')
    return recountSelect(of.context, of.rollup, { from, to }, recountHi(installation, step), true);
  if (of.kind !== 'ledger') throw new Error(`${step.name} is not filled by days.`);
  const scope = rowsBetween(of.context.source, { grain: 'day', timezone: installation.timezone }, from, to);
  return ledgerSelect(of.context, { lo: 'now64(3)', hi: 'now64(3)' }, scope);
}

async function fillWhole(installation: Installation, db: Db, step: Step, target: string): Promise<string> {
  const began = await beginning(installation, db, step);
  const everything = { lo: "toDateTime64('1970-01-01 00:00:00', 3)", hi: upperBound(installation, step) };
  await run(
    db,
    step,
    `${stepInsert(installation, step, everything, target)}\n${statementSettings(installation, step)}`,
  );
  return began;
}

async function insert(installation: Installation, db: Db, step: Step, target: string, select: string): Promise<void> {
  const columns = step.columns.map(ident).join(', ');
  await run(
    db,
    step,
    `INSERT INTO ${tableOf(installation, target)} (${columns})\n${select}\n${statementSettings(installation, step)}`,
  );
}

async function run(db: Db, step: Step, statement: string): Promise<void> {
  try {
    await db.command(statement);
  } catch (cause) {
    throw fail('refresh_failed', { step: step.name, cause: messageOf(cause) }, { cause });
  }
}
