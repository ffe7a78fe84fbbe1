import type { Db } from '../../core/db';
import type { Installation } from '../../schema/installation';
import type { Kept } from '../../schema/rollups/installed';
import { installedRollups } from '../../schema/rollups/installed';
import { dayNumber, dayText } from './calendar';
import { latencyWrong } from './latency';
import type { Expected, Truth } from './oracle';
import { expectedFinished, expectedPlaces } from './oracle';

/** What a comparison of all tables with the oracle found. */
export interface Comparison {
  readonly tables: number;
  /** Numbers that were compared: a place without measures is one. */
  readonly cells: number;
  /** Wrong places, missing and surplus ones included. */
  readonly wrong: number;
  /** Some of them, told by table and place. */
  readonly sample: readonly string[];
}

/** Which buckets of a table are promised. */
export interface Promised {
  /** Watermark of the last refresh: finer tiers are kept so many days back from it. */
  readonly hiMs: number;
  /** First day (YYYY-MM-DD, reporting zone) that is promised at all. */
  readonly fromDay?: string;
  /** Tables that are not looked at. */
  readonly without?: readonly string[];
}

/** Compares every table of an installation with the oracle. Throws the server's error. */
export async function compareAll(
  installation: Installation,
  db: Db,
  truth: Truth,
  promised: Promised,
): Promise<Comparison> {
  const sum = { tables: 0, cells: 0, wrong: 0, sample: [] as string[] };
  for (const { rollup } of installedRollups(installation)) {
    if (promised.without?.includes(rollup.name)) continue;
    const keep = promisedOf(installation, rollup, promised);
    const actual = filtered(await heldIn(installation, db, rollup), keep);
    const expected = filtered(await expectedIn(installation, db, rollup, truth), keep);
    const wrong = differing(actual, expected);
    sum.tables += 1;
    for (const [, values] of expected) sum.cells += Math.max(1, values.length);
    note(sum, rollup.name, wrong);
    if (rollup.kind === 'places' && rollup.measures.some((m) => m.column === 'latency')) {
      const found = await latencyWrong(installation, db, rollup, truth, keep);
      sum.cells += found.cells;
      note(sum, `${rollup.name}.latency`, found.wrong);
    }
  }
  return sum;
}

function note(sum: { wrong: number; sample: string[] }, table: string, wrong: readonly string[]): void {
  sum.wrong += wrong.length;
  sum.sample.push(...wrong.slice(0, 4).map((text) => `${table} ${text}`));
}

/** What a table holds, keyed and scaled as the oracle's rows. */
async function heldIn(installation: Installation, db: Db, rollup: Kept): Promise<Expected> {
  const { keys, values } = columnsOf(rollup);
  const rows = await db.query<{ k: string; v: (string | number)[] }>(
    `SELECT concatWithSeparator('|', ${keys.join(', ')}) AS k, [${values.join(', ')}]::Array(Int64) AS v FROM ${installation.database}.${rollup.name} FINAL`,
  );
  const held = new Map(rows.map((r) => [r.k, r.v.map(Number)] as const));
  return rollup.kind === 'finished' && rollup.columns.length > 0
    ? new Map([...held].filter(([, v]) => v.some((n) => n !== 0)))
    : held;
}

const asText = (column: string, type = ''): string =>
  type.startsWith('DateTime64') ? `toString(toUnixTimestamp64Milli(${column}))` : `toString(${column})`;

function columnsOf(rollup: Kept) {
  const bucket = rollup.grain === 'day' ? 'toString(d)' : 'toString(toUnixTimestamp(m))';
  const columns: readonly { readonly column: string; readonly type?: string }[] =
    rollup.kind === 'places' ? rollup.measures : rollup.columns;
  const words = columns.filter((c) => c.type === 'String');
  const numbers = columns.filter((c) => !words.includes(c) && !c.type?.startsWith('AggregateFunction'));
  const scaled = ({ column, type = 'UInt64' }: (typeof columns)[number]) =>
    type.startsWith('Decimal') ? `toInt64(${column} * 10000)` : `toInt64(${column})`;
  return {
    keys: [bucket, ...[...rollup.keys, ...words].map((k) => asText(k.column, k.type))],
    values: numbers.map(scaled),
  };
}

async function expectedIn(installation: Installation, db: Db, rollup: Kept, truth: Truth): Promise<Expected> {
  const zone = rollup.timezone;
  if (rollup.kind === 'places') return expectedPlaces(truth, rollup.family, rollup.grain, zone);
  // Numbers go on to the day of the refresh, which may have been the day before this one, or to a later one of the table.
  const [row] = await db.query<{ day: number }>(
    `SELECT toInt32(max(d)) AS day FROM ${installation.database}.${rollup.name}`,
  );
  const day = row?.day ?? 0;
  const today = dayNumber(Date.now(), zone);
  return expectedFinished(truth, rollup, zone, installation.weekStart, day === today - 1 ? day : Math.max(day, today));
}

/** Whether a bucket (as text) is promised: inside the life of its tier, and not before the promised days. */
function promisedOf(installation: Installation, rollup: Kept, { hiMs, fromDay }: Promised): (place: string) => boolean {
  const first: string[] = fromDay === undefined ? [] : [fromDay];
  const life = rollup.kind === 'places' ? rollup.lifeDays : null;
  const zone = installation.timezone;
  if (life !== null) first.push(dayText(dayNumber(hiMs, zone) - (life - 1)));
  const from = first.sort().at(-1);
  if (from === undefined) return () => true;
  if (rollup.grain === 'day') return (place) => place.slice(0, 10) >= from;
  const second = firstSecond(from, zone);
  return (place) => Number(place.split('|')[0]) >= second;
}

/** First second of a day in a zone: the search goes by quarter hours, for offsets do. */
export function firstSecond(day: string, zone: string): number {
  const number = Date.parse(day) / 86_400_000;
  for (let s = number * 86_400 - 54_000; ; s += 900) if (dayNumber(s * 1000, zone) === number) return s;
}

const filtered = (rows: Expected, keep: (place: string) => boolean): Expected =>
  new Map([...rows].filter(([place]) => keep(place)));

function differing(actual: Expected, expected: Expected): readonly string[] {
  const out: string[] = [];
  for (const place of new Set([...actual.keys(), ...expected.keys()])) {
    const is = actual.get(place);
    const wanted = expected.get(place);
    const same = is && wanted && is.length === wanted.length && is.every((n, i) => n === wanted[i]);
    if (!same) out.push(`${place}: is ${told(is)}, expected ${told(wanted)}`);
  }
  return out;
}

const told = (values: readonly number[] | undefined) => (values ? `[${values.join(', ')}]` : 'absent');
