import type { Db } from '../core/db';
import { qualified } from '../core/sql/quote';
import { daySql, present } from './columns';
import type { Installation } from './installation';
import { refreshSteps } from './steps';
import type { SweptStep } from './sweep';
import { differencesSelect, healInsert, sweptSteps } from './sweep';

/** What verify found out about one rollup. */
export interface Verified {
  readonly rollup: string;
  readonly days: number;
  /** Days on which the rollup differs from a recount of the source, oldest first. */
  readonly wrong: readonly { readonly day: string; readonly rows: number; readonly sql: string }[];
}

/**
 * Recounts days of every rollup from the source and compares. Changes nothing. Days on which rows arrived since the last
 * refresh differ by nature: verify after `tidemark refresh`, or closed days only.
 * @param choose which of a rollup's days to look at (all of them are given, oldest first).
 */
export async function verify(
  installation: Installation,
  db: Db,
  choose: (days: readonly string[]) => readonly string[],
  onDays: (rollup: string, from: string, to: string) => void = () => undefined,
): Promise<readonly Verified[]> {
  const found: Verified[] = [];
  for (const swept of sweptSteps(refreshSteps(installation))) {
    const days = choose(await daysOf(installation, db, swept));
    const wrong: Verified['wrong'][number][] = [];
    for (const chunk of runs(days)) {
      const from = chunk[0] ?? '';
      const to = chunk.at(-1) ?? '';
      onDays(swept.step.name, from, to);
      const rows = await db.query<{ d: string; n: number }>(
        `SELECT toString(d) AS d, toFloat64(count()) AS n FROM (\n${differencesSelect(installation, swept, from, to)}\n) GROUP BY d ORDER BY d`,
      );
      for (const { d, n } of rows) {
        wrong.push({ day: d, rows: n, sql: differencesSelect(installation, swept, d, d) });
      }
    }
    found.push({ rollup: swept.step.name, days: days.length, wrong });
  }
  return found;
}

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

/** Days that the source or the rollup has, oldest first. */
async function daysOf(installation: Installation, db: Db, { step, context }: SweptStep): Promise<readonly string[]> {
  const { source } = context;
  const day = daySql(source, installation.timezone);
  const rows = await db.query<{ d: string }>(
    `SELECT toString(day) AS d FROM (SELECT DISTINCT ${day} AS day FROM ${qualified(source.table)} WHERE ${present(source, ['time'])} UNION DISTINCT SELECT DISTINCT d AS day FROM ${qualified(`${installation.database}.${step.name}`)}) ORDER BY day`,
  );
  return rows.map((r) => r.d);
}

/** Heals every rollup on one day now, as the sweep would when its turn comes. */
export async function healDay(installation: Installation, db: Db, day: string): Promise<void> {
  const days = qualified(`${installation.database}.sweep_days`);
  await db.command(`INSERT INTO ${days} SELECT now64(3) AS at, toDate({day:String}) AS d`, { day });
  for (const swept of sweptSteps(refreshSteps(installation))) await db.command(healInsert(installation, swept));
}
