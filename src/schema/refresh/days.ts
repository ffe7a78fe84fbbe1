import type { Db } from '../../core/db';
import { literal, qualified } from '../../core/sql/quote';
import { present } from '../rollups/columns';
import type { SourceContext } from '../rollups/context';
import { tableOf } from '../rollups/context';
import { reportingDay } from '../rollups/recount';
import type { RecountedStep } from './recounts';
import { pendingDays, unfinishedDays, unsealed } from './recounts';

/** A day of the reporting zone (YYYY-MM-DD) with the rows that the source has of it, redelivered copies included. */
export interface DayRows {
  readonly day: string;
  readonly rows: number;
}

/** Days that follow each other in a list and are counted by one statement. */
export interface Chunk {
  readonly days: readonly string[];
  readonly rows: number;
}

/** Rows of a source that one statement counts at most, unless it is told otherwise. */
export const defaultChunkRows = 4_000_000;

/** Days of the source that are not sealed, oldest first. */
export function sourceDays(context: SourceContext, db: Db): Promise<readonly DayRows[]> {
  const { source } = context;
  return db.query<DayRows>(
    `SELECT toString(tm_d) AS day, toFloat64(count()) AS rows FROM (SELECT ${reportingDay(context)} AS tm_d FROM ${qualified(source.table)} WHERE ${present(source, ['time'])}) WHERE tm_d >= ${unsealed(context)} GROUP BY tm_d ORDER BY tm_d`,
  );
}

/**
 * Queued days of a role, oldest first, with the rows that the source has of them; with those that a view took and has not
 * ended yet.
 */
export async function queuedDays(
  context: SourceContext,
  db: Db,
  own: readonly RecountedStep[] = [],
): Promise<readonly DayRows[]> {
  const taken = own.length === 0 ? '' : ` UNION DISTINCT ${unfinishedDays(context, own)}`;
  const pending = await db.query<{ day: string }>(
    `SELECT toString(d) AS day FROM (${pendingDays(context)}${taken}) ORDER BY day`,
  );
  if (pending.length === 0) return [];
  const rows = new Map((await sourceDays(context, db)).map((d) => [d.day, d.rows] as const));
  return pending.map(({ day }) => ({ day, rows: rows.get(day) ?? 0 }));
}

/** Cuts days into chunks of at most so many rows; a day that has more is a chunk by itself. */
export function chunksOf(days: readonly DayRows[], mostRows: number): readonly Chunk[] {
  const chunks: { days: string[]; rows: number }[] = [];
  for (const { day, rows } of days) {
    const last = chunks.at(-1);
    if (last && last.rows + rows <= mostRows) {
      last.days.push(day);
      last.rows += rows;
    } else chunks.push({ days: [day], rows });
  }
  return chunks;
}

/** Queues days of a role's source to be recounted; all that it has where none are named. */
export async function queueDays(
  context: SourceContext,
  db: Db,
  range: { readonly from?: string; readonly to?: string } = {},
): Promise<void> {
  const { installation, source } = context;
  const within = [
    `tm_d >= ${unsealed(context)}`,
    ...(range.from === undefined ? [] : [`tm_d >= toDate(${literal(range.from)})`]),
    ...(range.to === undefined ? [] : [`tm_d <= toDate(${literal(range.to)})`]),
  ];
  await db.command(
    `INSERT INTO ${tableOf(installation, 'late')} (role, d, hi, at, rows, sealed)
SELECT ${literal(source.role)}, tm_d, now64(3), now64(3), 0, 0
FROM (SELECT DISTINCT ${reportingDay(context)} AS tm_d FROM ${qualified(source.table)} WHERE ${present(source, ['time'])})
WHERE ${within.join(' AND ')}`,
  );
}
