import type { Db } from '../../core/db';
import { literal } from '../../core/sql/quote';
import type { Installation } from '../installation';
import { tableOf } from '../rollups/context';
import { sourceDays } from './days';
import { recountDays } from './drain';
import type { RecountedStep } from './recounts';
import { comparedSteps, differencesSelect, recountedSteps } from './recounts';
import { refreshSteps } from './steps';

/** What verify found out about one table. */
export interface Verified {
  readonly rollup: string;
  readonly days: number;
  /** Days on which the table differs from a recount of the source, oldest first. */
  readonly wrong: readonly { readonly day: string; readonly rows: number; readonly sql: string }[];
}

/**
 * Recounts days of every table of places from the source and compares. Changes nothing; sealed days are left out. Days on
 * which rows arrived since the last refresh differ by nature: verify after `tidemark refresh`, or closed days only.
 * @param choose which of a table's days to look at (all of them are given, oldest first).
 */
export async function verify(
  installation: Installation,
  db: Db,
  choose: (days: readonly string[]) => readonly string[],
  onDays: (rollup: string, from: string, to: string) => void = () => undefined,
): Promise<readonly Verified[]> {
  const found: Verified[] = [];
  for (const recounted of comparedSteps(refreshSteps(installation))) {
    const days = choose(await daysOf(recounted, db));
    const wrong: Verified['wrong'][number][] = [];
    for (const chunk of runs(days)) {
      const from = chunk[0] ?? '';
      const to = chunk.at(-1) ?? '';
      onDays(recounted.step.name, from, to);
      const day = reportingDayOf(recounted, installation);
      const rows = await db.query<{ day: string; n: number }>(
        `SELECT toString(${day}) AS day, toFloat64(count()) AS n FROM (\n${differencesSelect(recounted, from, to)}\n) GROUP BY day ORDER BY day`,
      );
      for (const { day: d, n } of rows) wrong.push({ day: d, rows: n, sql: differencesSelect(recounted, d, d) });
    }
    found.push({ rollup: recounted.step.name, days: days.length, wrong });
  }
  return found;
}

/** Day of a table's row; in a table of another zone its own. */
const reportingDayOf = ({ rollup }: RecountedStep, { timezone }: Installation) =>
  rollup.grain === 'day' ? 'd' : `toDate(m, ${literal(timezone)})`;

/** Days in runs that follow each other without a gap, at most a month each: one statement recounts a run. */
function runs(days: readonly string[]): readonly (readonly string[])[] {
  const out: string[][] = [];
  for (const day of days) {
    const last = out.at(-1);
    const before = last?.at(-1);
    const follows = before !== undefined && Date.parse(day) - Date.parse(before) === 86_400_000;
    if (last && follows && last.length < 31) last.push(day);
    else out.push([day]);
  }
  return out;
}

/** Days that the source or the table has, oldest first. */
async function daysOf(recounted: RecountedStep, db: Db): Promise<readonly string[]> {
  const { context, step } = recounted;
  const { installation } = context;
  const day = reportingDayOf(recounted, installation);
  const held = await db.query<{ day: string }>(
    `SELECT DISTINCT toString(${day}) AS day FROM ${tableOf(installation, step.table)}`,
  );
  const source = await sourceDays(context, db);
  const first = source[0]?.day ?? '';
  // Days before the source's first are sealed, or lost in it: the sweep says so where they are not sealed.
  const sealed = context.source.keepsDays !== null;
  const days = new Set([...source, ...held].map((d) => d.day).filter((d) => !sealed || d >= first));
  return [...days].sort();
}

/** Mends every table on one day now, as the sweep would when its turn comes. */
export async function healDay(installation: Installation, db: Db, day: string): Promise<void> {
  const [clock] = await db.query<{ at: string }>('SELECT toString(now64(3)) AS at');
  const at = clock?.at ?? '';
  const recounted = recountedSteps(refreshSteps(installation));
  const roles = new Map(recounted.map((r) => [r.context.source.role, r.context]));
  for (const role of roles.keys()) {
    await db.command(
      `INSERT INTO ${tableOf(installation, 'recounts')} (at, role, d, why) SELECT toDateTime64(${literal(at)}, 3), ${literal(role)}, toDate({day:String}), 'sweep'`,
      { day },
    );
  }
  for (const [role, context] of roles) {
    const own = recounted.filter((r) => r.context.source.role === role);
    await recountDays(context, own, db, [day], at);
  }
}
