import type { Db } from '../core/db';
import { ident } from '../core/sql/quote';
import { systemClock } from '../collector/clock';
import { collectOnce } from '../collector/collector';
import type { Collected, Look, Source, World } from '../collector/source';
import type { HealthTable } from '../packs/health';
import { healthTables } from '../packs/pipeline/health';
import { healthDdl } from '../schema/ddl/health';
import { inspect } from '../schema/inspect';
import { testConfig } from './config';

/** Makes the health tables of a database, as `tidemark migrate` does, without all the rest of it. */
export async function makeHealthTables(db: Db, database: string): Promise<void> {
  await db.command(`CREATE DATABASE IF NOT EXISTS ${ident(database)}`);
  const collect = { buffer: { rows: 1, bytes: 1 }, clickhouse: { everySeconds: 30, queries: true } };
  const config = testConfig({ database, collect: { ...collect, postgres: [], kafka: [], connect: [], dbt: [] } });
  for (const { ddl } of healthDdl(await inspect(config, db))) await db.command(ddl);
}

/** Looks once at some sources and writes what they have, as `tidemark collect --once` does. */
export const collectedOnce = (db: Db, database: string, sources: readonly Source[]) =>
  collectOnce({
    db,
    database,
    sources,
    bound: { rows: 100_000, bytes: 100_000_000 },
    clock: systemClock,
    fetch,
    random: () => 0.5,
    log: () => undefined,
    version: 'test',
    process,
  });

/** What keeps rows from a table: columns that it does not have, and its own that are not there. Empty where all is well. */
export function columnProblems({ rows }: Collected): readonly string[] {
  return rows.flatMap(({ table, rows: own }) => {
    const known = healthTables.find(({ name }) => name === table);
    if (!known) return [`${table} is no health table`];
    const wanted = known.columns.map(({ name }) => name).filter((name) => name !== 'at');
    return own.flatMap((row) => [
      ...Object.keys(row).flatMap((key) => (wanted.includes(key) ? [] : [`${table}.${key} is no column`])),
      ...wanted.flatMap((name) => (name in row ? [] : [`${table}.${name} has no value`])),
    ]);
  });
}

/** Rows of one table. */
export const rowsIn = ({ rows }: Collected, { name }: HealthTable): readonly Record<string, unknown>[] =>
  rows.filter(({ table }) => table === name).flatMap((t) => t.rows as readonly Record<string, unknown>[]);

/** Looks once. Throws what the source throws, and where a row does not fit its table. */
export async function lookAt(source: Source, world: Partial<World> = {}): Promise<Collected> {
  const look: Look = {
    db: undefined as unknown as Db,
    now: () => Date.now(),
    fetch,
    log: () => undefined,
    signal: new AbortController().signal,
    ...world,
  };
  const collected = await source.collect(look);
  const problems = columnProblems(collected);
  if (problems.length > 0) throw new Error(problems.join('; '));
  return collected;
}
