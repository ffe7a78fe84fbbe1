import { setTimeout as sleep } from 'node:timers/promises';

import type { Engine } from './engine';
import { numberOf } from './engine';

/** One look at a refreshable view. */
export interface ViewRun {
  readonly view: string;
  /** Begin of its last good run (whole seconds, ms since 1970), 0 before the first. */
  readonly beganMs: number;
  readonly durationMs: number;
  readonly exception: string;
  readonly writtenRows: number;
}

/** All refreshable views of a database, or of all. */
export const readViews = (engine: Engine, database?: string): Promise<ViewRun[]> =>
  engine.query<ViewRun & Record<string, never>>(
    `SELECT concat(database, '.', view) AS view, toUnixTimestamp(ifNull(last_success_time, toDateTime(0))) * 1000 AS beganMs,
  ifNull(last_success_duration_ms, 0) AS durationMs, exception, ifNull(written_rows, 0) AS writtenRows
FROM system.view_refreshes ${database === undefined ? '' : `WHERE database = '${database}'`} ORDER BY view`,
  );

/** Whether a table or view is there. */
export const exists = async (engine: Engine, database: string, table: string): Promise<boolean> =>
  (await numberOf(engine, `SELECT count() FROM system.tables WHERE database = '${database}' AND name = '${table}'`)) >
  0;

/** Whether a table has a column. */
export const hasColumn = async (engine: Engine, database: string, table: string, column: string): Promise<boolean> =>
  (await numberOf(
    engine,
    `SELECT count() FROM system.columns WHERE database = '${database}' AND table = '${table}' AND name = '${column}'`,
  )) > 0;

/** Asks again until the answer is true. Throws with what was waited for, after `seconds`. */
export async function until(
  what: string,
  seconds: number,
  ask: () => Promise<boolean>,
  everyMs = 500,
): Promise<number> {
  const startMs = performance.now();
  for (;;) {
    if (await ask()) return (performance.now() - startMs) / 1000;
    if (performance.now() - startMs > seconds * 1000) throw new Error(`Waited ${seconds} s for ${what}, in vain.`);
    await sleep(everyMs);
  }
}

/** Waits until no merge has run for two seconds; at most ten minutes. */
export async function quietMerges(engine: Engine): Promise<void> {
  let quiet = 0;
  await until('merges to end', 600, async () => {
    quiet = (await numberOf(engine, 'SELECT count() FROM system.merges')) === 0 ? quiet + 1 : 0;
    return quiet >= 4;
  });
}

/**
 * Waits until `rollup_status` calls every rollup fresh and, where there is a queue of days, it is empty. Throws the
 * exceptions of failing views after `seconds`.
 */
export async function allFresh(engine: Engine, seconds: number, database = 'tidemark'): Promise<number> {
  let last = '';
  try {
    return await until(`fresh rollups in ${database}`, seconds, async () => {
      const open = await engine.query<{ rollup: string; verdict: string; exception: string }>(
        `SELECT rollup, verdict, ifNull(exception, '') AS exception FROM ${database}.rollup_status WHERE verdict != 'fresh'`,
      );
      last = open.map((o) => `${o.rollup} ${o.verdict} ${o.exception.slice(0, 300)}`).join('\n');
      return open.length === 0;
    });
  } catch (thrown) {
    throw new Error(`${thrown instanceof Error ? thrown.message : String(thrown)} Not fresh:\n${last}`, {
      cause: thrown,
    });
  }
}

/** Waits until every rollup was filled at least once, then stops the views and waits until none runs. */
export async function stopViews(engine: Engine, seconds: number, database = 'tidemark'): Promise<void> {
  const filling = `SELECT count() FROM ${database}.rollup_status WHERE verdict IN ('filling', 'failing') OR queued_days > 0`;
  await until(`filled rollups in ${database}`, seconds, async () => (await numberOf(engine, filling)) === 0);
  await holdViews(engine, 'all', seconds);
}

/** Stops views, all or some, and waits until none runs. */
export async function holdViews(engine: Engine, views: 'all' | readonly string[], seconds = 600): Promise<void> {
  const commands = views === 'all' ? ['SYSTEM STOP VIEWS'] : views.map((view) => `SYSTEM STOP VIEW ${view}`);
  for (const command of commands) await engine.command(command);
  await noneRuns(engine, seconds);
}

/** Waits until no view runs. */
export async function noneRuns(engine: Engine, seconds: number): Promise<void> {
  const running = "SELECT count() FROM system.processes WHERE query LIKE 'INSERT INTO%'";
  await until('views to end', seconds, async () => (await numberOf(engine, running)) === 0);
}

const unitSeconds: Readonly<Record<string, number>> = { SECOND: 1, MINUTE: 60, HOUR: 3600, DAY: 86_400 };

/** Periods of all refreshable views, from their definitions. */
export async function viewPeriods(engine: Engine): Promise<{ readonly name: string; readonly seconds: number }[]> {
  const rows = await engine.query<{ name: string; query: string }>(
    `SELECT concat(database, '.', name) AS name, create_table_query AS query FROM system.tables WHERE engine = 'MaterializedView' AND match(create_table_query, 'REFRESH (EVERY|AFTER) ')`,
  );
  return rows.map(({ name, query }) => {
    const [, count, unit] = /REFRESH (?:EVERY|AFTER) (\d+) (\w+)/.exec(query) ?? [];
    return { name, seconds: Number(count) * (unitSeconds[unit?.replace(/S$/, '') ?? ''] ?? NaN) };
  });
}

/** The server's clock as text, for {@link countedUpTo}. */
export async function now(engine: Engine): Promise<string> {
  const [row] = await engine.query<{ at: string }>('SELECT toString(now64(3)) AS at');
  return row!.at;
}

/** Waits until every rollup holds all that was stamped up to a moment of the server's clock, and is fresh. */
export async function countedUpTo(engine: Engine, at: string, seconds: number, database = 'tidemark'): Promise<void> {
  await until(
    'every rollup to hold the rows of the load',
    seconds,
    async () => (await numberOf(engine, `SELECT count() FROM ${database}.rollup_status WHERE hi < '${at}'`)) === 0,
  );
  await allFresh(engine, seconds, database);
}

/** Sizes of a database's tables: rows, bytes on disk. Biggest first. */
export const tableSizes = (
  engine: Engine,
  database: string,
): Promise<{ table: string; rows: number; bytes: number; parts: number }[]> =>
  engine.query(
    `SELECT table, sum(rows) AS rows, sum(bytes_on_disk) AS bytes, count() AS parts FROM system.parts
WHERE active AND database = '${database}' GROUP BY table ORDER BY bytes DESC`,
  );
