import type { Db } from '../../core/db';
import { literal } from '../../core/sql/quote';
import { hashText } from '../ddl/hash';
import type { Installation } from '../installation';
import { column } from '../rollups/columns';
import { tableOf } from '../rollups/context';
import { feedName, feedSelect } from './feed';
import type { OnAdded } from './stage';
import { addRows, clock, moment } from './stage';
import type { InsertedStep } from './step';

/** What an insert-time view counts: rows stamped after `until`. Those stamped after `after` and up to `until` are added once. */
export interface Boundary {
  /** Hash of the table's definition. */
  readonly hash: string;
  /** UTC text; absent: from the beginning. */
  readonly after?: string | undefined;
  readonly until: string;
}

const nothing = '-';
const stampText = '(\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3})';

/** A boundary as the comment of its view: made with it, and gone with it. */
const written = ({ hash, after, until }: Boundary) =>
  `${hash} counts after ${until}, added once after ${after ?? nothing}`;

/** The boundary in a view's comment. */
export function readBoundary(comment: string): Boundary | undefined {
  const found = new RegExp(`^(\\w+) counts after ${stampText}, added once after (${nothing}|${stampText})$`).exec(
    comment,
  );
  const [, hash = '', until = '', after = nothing] = found ?? [];
  return found ? { hash, until, ...(after !== nothing && { after }) } : undefined;
}

/** Seconds that pass between the stamp of a row and the moment at which it is surely visible. */
const visibleAfter = ({ delaySeconds, overlapSeconds }: Installation) => delaySeconds + overlapSeconds;

/** Moment (UTC text) up to which all stamped rows are surely visible now. */
export const settledUntil = (installation: Installation, db: Db): Promise<string> =>
  clock(db, -visibleAfter(installation));

/** CREATE of the insert-time view of a table. */
export function feedView(
  installation: Installation,
  { of: { context, rollup } }: InsertedStep,
  boundary: Boundary,
): string {
  const later = `${column(context.source, 'ingestedAt')} > ${moment(boundary.until)}`;
  return [
    `CREATE MATERIALIZED VIEW IF NOT EXISTS ${tableOf(installation, feedName(rollup))} TO ${tableOf(installation, rollup.name)} AS`,
    feedSelect(context, rollup, [later]),
    `COMMENT ${literal(written(boundary))}`,
  ].join('\n');
}

/**
 * Makes the view. It counts rows stamped from a moment on that lies ahead by the time that the longest insert takes: an insert
 * that began before the view was there, and so passes it by, has ended by then, and its rows are added once.
 */
export async function makeFeed(installation: Installation, db: Db, step: InsertedStep, of: Omit<Boundary, 'until'>) {
  const until = await clock(db, installation.overlapSeconds);
  await db.command(feedView(installation, step, { ...of, until }));
}

/**
 * Adds the rows that the view does not count, once, and says that the table is whole. Waits until they are surely visible.
 * @throws TidemarkError refresh_failed; Error where the view is not there.
 */
export async function addBefore(
  installation: Installation,
  db: Db,
  step: InsertedStep,
  onAdded?: OnAdded,
): Promise<void> {
  const boundary = await boundaryOf(installation, db, step);
  if (!boundary)
    throw new Error(`${feedName(step.of.rollup)} is not there: somebody dropped it. Run tidemark migrate again.`);
  await waitUntil(db, boundary.until, visibleAfter(installation));
  const key = hashText(written(boundary));
  await addRows(installation, db, { step, target: step.table, ...boundary, key }, onAdded);
  const done = tableOf(installation, 'done');
  await db.command(
    `INSERT INTO ${done} (view, hi, at) SELECT ${literal(step.name)}, ${moment(boundary.until)}, now64(3)`,
  );
}

/** The boundary of the view that stands; undefined where none does. */
export async function boundaryOf(
  installation: Installation,
  db: Db,
  step: InsertedStep,
): Promise<Boundary | undefined> {
  const [view] = await db.query<{ comment: string }>(
    `SELECT comment FROM system.tables WHERE database = ${literal(installation.database)} AND name = ${literal(feedName(step.of.rollup))}`,
  );
  return view && readBoundary(view.comment);
}

/** Seconds that one statement sleeps at most: clients give up on answers that take long. */
const napSeconds = 8;

/** Waits, on the server's clock, until a moment lies so many seconds back; one more, for stamps of whole seconds. */
async function waitUntil(db: Db, until: string, seconds: number): Promise<void> {
  for (;;) {
    const [row] = await db.query<{ left: number }>(
      `SELECT toFloat64(dateDiff('millisecond', now64(3), ${moment(until)})) / 1000 AS left`,
    );
    const naps = Math.min(napSeconds, Math.ceil((row?.left ?? 0) + seconds + 1));
    if (naps <= 0) return;
    // A server refuses to sleep longer than three seconds in one block: one row a second.
    await db.query(`SELECT sum(sleepEachRow(1)) AS slept FROM numbers(${naps}) SETTINGS max_block_size = 1`);
  }
}
