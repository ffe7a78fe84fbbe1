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
  onDay: (rollup: string, day: string) => void = () => undefined,
): Promise<readonly Verified[]> {
  const found: Verified[] = [];
  for (const swept of sweptSteps(refreshSteps(installation))) {
    const days = choose(await daysOf(installation, db, swept));
    const wrong: Verified['wrong'][number][] = [];
    for (const day of days) {
      onDay(swept.step.name, day);
      const sql = differencesSelect(installation, swept, day);
      const [row] = await db.query<{ n: number }>(`SELECT toFloat64(count()) AS n FROM (\n${sql}\n)`);
      if (row && row.n > 0) wrong.push({ day, rows: row.n, sql });
    }
    found.push({ rollup: swept.step.name, days: days.length, wrong });
  }
  return found;
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
