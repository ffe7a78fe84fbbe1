import type { Db } from '../../core/db';
import { ident, literal, qualified } from '../../core/sql/quote';
import { onCluster } from '../cluster';
import { baseTables } from '../ddl/tables';
import type { CappedKeys } from '../inspect/capped';
import { readCapped, withCapped } from '../inspect/capped';
import type { Installation } from '../installation';
import { column, daysBetween, keySql, present } from '../rollups/columns';
import type { SourceContext } from '../rollups/context';
import { tableOf } from '../rollups/context';
import type { Places } from '../rollups/installed';
import { installedRollups } from '../rollups/installed';
import { reportingDay } from '../rollups/recount';
import { sourceContexts } from '../refresh/steps';

/** Closed days by whose rows values are ranked. */
const rankedDays = 7;

/** A key of a role's rollups that may be capped. */
export interface CappableKey {
  readonly context: SourceContext;
  readonly key: Places['keys'][number];
  /** Values that are kept apart. */
  readonly top: number;
}

/** Keys of all roles' rollups that have a cap, whether or not they reach it. */
export function cappableKeys(installation: Installation): readonly CappableKey[] {
  return sourceContexts(installation).flatMap((context) => {
    const rollups = installedRollups(installation)
      .map((r) => r.rollup)
      .filter((r): r is Places => r.kind === 'places' && r.role === context.source.role);
    const keys = new Map(rollups.flatMap((r) => r.keys).map((key) => [key.from, key] as const));
    return [...keys.values()].flatMap((key) => (key.top === undefined ? [] : [{ context, key, top: key.top }]));
  });
}

/** The greatest values of a key over the days [from, to] (SQL of type Date), as a subquery of `value`. */
export function greatestValues({ context, key, top }: CappableKey, from: string, to: string): string {
  const { installation, source } = context;
  const conditions = [
    daysBetween(source, installation.timezone, from, to),
    `NOT ${column(source, 'deleted')}`,
    present(source, ['time', key.from]),
  ];
  return `SELECT ${keySql(source, key)} AS value FROM ${qualified(source.table)} WHERE ${conditions.join(' AND ')} GROUP BY value ORDER BY count() DESC, value LIMIT ${top}`;
}

/**
 * Looks which keys have more values than are kept apart, by the last days that the source has, and writes down the list of
 * those that are. Rows of days before count by this first list too. Keys that have a list keep it.
 * @returns the installation with these keys capped. Writes nothing with `dryRun`.
 */
export async function capKeys(
  installation: Installation,
  db: Db,
  options: { readonly dryRun?: boolean } = {},
): Promise<Installation> {
  const known = await readCapped(installation, db);
  const found = new Map<string, readonly string[]>(known);
  for (const cappable of cappableKeys(installation)) {
    const { role } = cappable.context.source;
    if (known.get(role)?.includes(cappable.key.from) || !(await exceeds(cappable, db))) continue;
    if (!options.dryRun) await writeFirstList(installation, db, cappable);
    found.set(role, [...(found.get(role) ?? []), cappable.key.from].sort());
  }
  const keys: CappedKeys = found;
  return withCapped(installation, keys);
}

/** Last day of the source that is over and the days before it by which values are ranked, as SQL of type Date. */
function lastDays(context: SourceContext): readonly [string, string] {
  const { installation, source } = context;
  const today = `toDate(now(), ${literal(installation.timezone)})`;
  const last = `(SELECT least(max(${reportingDay(context)}), subtractDays(${today}, 1)) FROM ${qualified(source.table)} WHERE ${present(source, ['time'])})`;
  return [`subtractDays(ifNull(${last}, ${today}), ${rankedDays - 1})`, `ifNull(${last}, ${today})`];
}

async function exceeds(cappable: CappableKey, db: Db): Promise<boolean> {
  const [from, to] = lastDays(cappable.context);
  const [row] = await db.query<{ n: number }>(
    `SELECT toFloat64(count()) AS n FROM (${greatestValues({ ...cappable, top: cappable.top + 1 }, from, to)})`,
  );
  return (row?.n ?? 0) > cappable.top;
}

async function writeFirstList(installation: Installation, db: Db, cappable: CappableKey): Promise<void> {
  const { context, key } = cappable;
  await db.command(`CREATE DATABASE IF NOT EXISTS ${ident(installation.database)}${onCluster(installation)}`);
  const table = baseTables(installation).find((t) => t.name === 'top_values');
  if (table) await db.command(table.ddl);
  const [from, to] = lastDays(context);
  await db.command(
    `INSERT INTO ${tableOf(installation, 'top_values')} (role, dimension, since, value) SELECT ${literal(context.source.role)}, ${literal(key.from)}, toDate('1970-01-01'), value FROM (${greatestValues(cappable, from, to)})`,
  );
}

/**
 * Tomorrow's lists of all capped keys, by the last closed days: rows (role, dimension, since, value, at). Days that have begun
 * keep theirs, so that nothing that is counted changes its name.
 */
export function nextListsSelect(installation: Installation): string | undefined {
  const capped = cappableKeys(installation).filter(({ context, key }) => context.source.capped.includes(key.from));
  if (capped.length === 0) return undefined;
  const today = `toDate(now(), ${literal(installation.timezone)})`;
  return capped
    .map((cappable) => {
      const { context, key } = cappable;
      const values = greatestValues(cappable, `subtractDays(${today}, ${rankedDays})`, `subtractDays(${today}, 1)`);
      return `SELECT ${literal(context.source.role)} AS role, ${literal(key.from)} AS dimension, addDays(${today}, 1) AS since, value, now64(3) AS at FROM (${values})`;
    })
    .join('\nUNION ALL\n');
}
