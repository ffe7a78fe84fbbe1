import type { Engine } from '../engine';
import { numberOf } from '../engine';
import { grouped, megabytes } from '../numbers';
import { insertSpan, redeliveredEvery } from './rows';
import { rowsPerEvent, sourceDatabase, sourceTables, timeColumns } from './tables';
import type { SourceName } from './tables';
import { probeEvent } from './values';

/** What a data folder holds: `days` windows of 24 hours that end at `untilMs`, each with the same number of rows. */
export interface Contents {
  /** Rows of `events`; those of the other sources are in proportion. */
  readonly rows: number;
  readonly days: number;
  /** End of the newest day, ms since 1970. */
  readonly untilMs: number;
  readonly sources: readonly SourceName[];
}

/** How fast one source was written, and its size. */
export interface Generated {
  readonly source: SourceName;
  /** Rows stored, redelivered copies included. */
  readonly rows: number;
  readonly rowsPerSecond: number;
  readonly bytesOnDisk: number;
}

const dayMs = 86_400_000;
const leastPerInsert = 200_000;

/** Makes the source tables and fills them, day by day, inside the engine. Prints a line per source. */
export async function generate(engine: Engine, contents: Contents): Promise<Generated[]> {
  await engine.command(`CREATE DATABASE IF NOT EXISTS ${sourceDatabase}`);
  const made: Generated[] = [];
  for (const source of contents.sources) {
    await engine.command(sourceTables[source]);
    const ms = await fill(engine, source, contents);
    const rows = await numberOf(engine, `SELECT count() FROM ${sourceDatabase}.${source}`);
    const bytesOnDisk = await tableBytes(engine, sourceDatabase, source);
    made.push({ source, rows, rowsPerSecond: rows / (ms / 1000), bytesOnDisk });
    console.log(
      `${source}: ${grouped(rows)} rows over ${contents.days} days, ${grouped(rows / (ms / 1000))} rows/s, ${megabytes(bytesOnDisk)}`,
    );
  }
  return made;
}

async function fill(engine: Engine, source: SourceName, { rows, days, untilMs }: Contents): Promise<number> {
  const perDay = Math.max(1, Math.round((rows * rowsPerEvent[source]) / days));
  // As a server would have stamped them: seconds after they happened, hence in the order of time.
  const stamp = (later: string) => `least(at + ${later}, fromUnixTimestamp64Milli(${untilMs}, 'UTC'))`;
  // Small sources several days at once, so that no insert is mostly its own beginning and end.
  const step = Math.min(days, Math.ceil(leastPerInsert / perDay));
  let ms = 0;
  for (let day = 0; day < days; day += step) {
    const taken = Math.min(step, days - day);
    const fromMs = untilMs - (days - day) * dayMs;
    const span = { first: day * perDay, count: taken * perDay, fromMs, toMs: fromMs + taken * dayMs };
    ms += await engine.command(insertSpan(source, span, { stamp: stamp('toIntervalSecond(2)') }));
    if (source === 'events') {
      const again = { ...span, count: Math.ceil(span.count / redeliveredEvery) };
      const i = `number * ${redeliveredEvery} + ${span.first}`;
      ms += await engine.command(insertSpan(source, again, { stamp: stamp('toIntervalHour(1)'), i }));
    }
  }
  if (source === 'events') {
    await engine.command(`INSERT INTO ${sourceDatabase}.events (event_id, occurred_at, event_name, user_id, country, platform, ingested_at)
SELECT number, fromUnixTimestamp64Milli(toInt64(${untilMs} - (number + 1) * ${dayMs}), 'UTC') AS at, '${probeEvent}', 0, 'US', 'web', at FROM numbers(${days})`);
  }
  return ms;
}

/** Size of a table's active parts, compressed. */
export const tableBytes = (engine: Engine, database: string, table: string): Promise<number> =>
  numberOf(
    engine,
    `SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND database = '${database}' AND table = '${table}'`,
  );

/** Inserts rows that arrive now, spread evenly over the times of a span. Ids are new: `first` has to lie above all others. */
export async function arrive(
  engine: Engine,
  source: SourceName,
  count: number,
  times: { readonly fromMs: number; readonly toMs: number },
): Promise<void> {
  // Ids from the clock: above all generated ones, and never twice.
  const first = 1e12 + Date.now() * 1000;
  await engine.command(insertSpan(source, { first, count, ...times }));
}

/** Newest time of a source, ms since 1970. */
export const newestMs = (engine: Engine, source: SourceName): Promise<number> =>
  numberOf(engine, `SELECT toUnixTimestamp64Milli(max(${timeColumns[source]})) FROM ${sourceDatabase}.${source}`);
