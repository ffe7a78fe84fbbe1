import { bucketLengths, lengthMs } from '../../testing/macros/buckets';
import { buckets, changesOf, count, gaugeSum, highest, summed } from '../../testing/macros/oracle';
import { samples, samplesFrom, samplesTo } from '../../testing/macros/series';
import { Random } from '../../testing/law/random';
import { expandMacros } from './expand';
import { startEngine } from '../../testing/engine';
import type { Point, Range } from '../../testing/macros/oracle';
import type { Sample } from '../../testing/macros/series';
import type { TestEngine } from '../../testing/engine';

/** Random ranges for each macro; `npm run test:soak` may ask for more. */
const ranges = Number(process.env['TIDEMARK_RANGES'] ?? 6);
const seed = Number(process.env['TIDEMARK_SEED'] ?? 7);

jest.setTimeout(60_000 + ranges * 5_000);

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'America/Santiago',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
];

/** Two tables of the same rows: the second's columns are named as what the macros make, to be taken for it. */
const tables = {
  plain: { name: 'samples', time: 'at', key: 'service', sub: 'host', counter: 'bytes', gauge: 'load' },
  clash: { name: 'clash', time: 't', key: 'metric', sub: '__subkey', counter: 'value', gauge: '__value' },
} as const;

const rows = samples(seed);

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
  for (const { name, time, key, sub, counter, gauge } of Object.values(tables)) {
    await engine.db.command(
      `CREATE TABLE ${name} (${time} DateTime('Asia/Tokyo'), ${key} LowCardinality(String), ${sub} String, ${counter} UInt64, ${gauge} Int32) ENGINE = MergeTree ORDER BY ${time}`,
    );
    await engine.db.insert(
      name,
      rows.map((row) => ({
        [time]: row.time,
        [key]: row.key,
        [sub]: row.sub,
        [counter]: row.counter,
        [gauge]: row.gauge,
      })),
    );
  }
}, 60_000);
afterAll(() => engine.stop());

/** The tail makes what the answer shows exact: seconds for times, nan for nan. */
const tail = "SETTINGS date_time_output_format = 'unix_timestamp', output_format_json_quote_denormals = 1";

/** The points that a query answers with, in its order; its columns are time, key (if any) and value. */
async function answer(sql: string, { from, to, length, zone }: Range): Promise<Point[]> {
  // Within their seconds, the ends of a range fall anywhere: parts of a second do not count.
  const context = { fromMs: from * 1000 + 999, toMs: to * 1000 + 1, intervalMs: lengthMs[length], timezone: zone };
  const found = await engine.db.query<Record<string, string | number>>(expandMacros(sql, context).sql);
  return found.map((row) => {
    const cells = Object.values(row);
    return { t: Number(cells[0]), metric: cells.length > 2 ? String(cells[1]) : '', value: Number(cells.at(-1)) };
  });
}

/** Whether two values are the same but for the order in which a sum was added up. */
const near = (a: number, b: number) => Object.is(a, b) || Math.abs(a - b) <= 1e-12 * Math.max(Math.abs(a), Math.abs(b));

/** The first points in which two answers differ; empty where they are the same, in the same order. */
function differences(ours: readonly Point[], theirs: readonly Point[]): unknown[] {
  const same = (a: Point | undefined, b: Point | undefined) =>
    a && b && a.t === b.t && a.metric === b.metric && near(a.value, b.value);
  const longer = ours.length > theirs.length ? ours : theirs;
  return longer.flatMap((_, i) => (same(ours[i], theirs[i]) ? [] : [{ ours: ours[i], theirs: theirs[i] }])).slice(0, 3);
}

/** Ranges of hours to weeks, over all lengths of bucket and all zones in turn. The same seed gives the same. */
function someRanges(turn: number): readonly Range[] {
  const random = new Random(seed + turn);
  return Array.from({ length: ranges }, (_, i) => {
    const from = samplesFrom - 7200 + random.below(25 * 86_400);
    return {
      from,
      to: Math.min(from + random.below(random.pick([3600, 86_400, 15 * 86_400, 40 * 86_400])), samplesTo),
      length: bucketLengths[i % bucketLengths.length]!,
      zone: zones[(turn + i) % zones.length]!,
    };
  });
}

type Names = (typeof tables)[keyof typeof tables];

interface Case {
  readonly macro: string;
  readonly call: (names: Names) => string;
  /** After the user's WHERE. */
  readonly having?: string;
  readonly expected: (rows: readonly Sample[], range: Range) => readonly Point[];
}

const byKey = (row: Sample) => row.key;
const byBoth = (row: Sample) => JSON.stringify([row.key, row.sub]);
const keyOf = (both: string) => (JSON.parse(both) as [string])[0];
const all = () => '';
const counters = ['perSecond', 'increase', 'delta'] as const;

const cases: readonly Case[] = [
  {
    macro: '$__columns',
    call: ({ time, key }) => `$__columns(${time}, ${key}, count()) FROM`,
    expected: (rows, range) => buckets(rows, range, byKey, count),
  },
  {
    macro: '$__columns with names',
    call: ({ time, key, gauge }) => `$__columns(${time}, ${key} AS \`the key\`, sum(${gauge}) AS s) FROM`,
    expected: (rows, range) => buckets(rows, range, byKey, gaugeSum),
  },
  {
    macro: '$__rateColumns',
    call: ({ time, key, gauge }) => `$__rateColumns(${time}, ${key}, sum(${gauge})) FROM`,
    expected: (rows, range) => changesOf(buckets(rows, range, byKey, gaugeSum), 'rate'),
  },
  {
    macro: '$__rate',
    call: ({ time }) => `$__rate(${time}, count()) FROM`,
    expected: (rows, range) => changesOf(buckets(rows, range, all, count), 'rate'),
  },
  {
    macro: '$__rateColumnsAggregated',
    call: ({ time, key, sub }) => `$__rateColumnsAggregated(${time}, ${key}, ${sub}, sum, count()) FROM`,
    expected: (rows, range) => summed(changesOf(buckets(rows, range, byBoth, count), 'rate'), keyOf),
  },
  {
    macro: '$__increaseColumns of buckets that HAVING chose by their own name',
    call: ({ time, key, counter }) => `$__increaseColumns(${time} AS b, ${key} AS k, ${counter} AS highest) FROM`,
    having: "HAVING highest % 2 = 0 AND k != '' AND count() > 0 AND b > 0",
    expected: (rows, range) =>
      changesOf(
        buckets(rows, range, byKey, highest('counter')).filter(({ metric, value }) => metric !== '' && value % 2 === 0),
        'increase',
      ),
  },
  ...counters.flatMap((kind): Case[] => {
    const column = kind === 'delta' ? 'gauge' : 'counter';
    return [
      {
        macro: `$__${kind}Columns`,
        call: (names) => `$__${kind}Columns(${names.time}, ${names.key}, ${names[column]}) FROM`,
        expected: (rows, range) => changesOf(buckets(rows, range, byKey, highest(column)), kind),
      },
      {
        macro: `$__${kind}Columns of key and host`,
        call: (names) =>
          `$__${kind}Columns(${names.time}, toJSONString([${names.key}, ${names.sub}]), ${names[column]} AS v) FROM`,
        expected: (rows, range) => changesOf(buckets(rows, range, byBoth, highest(column)), kind),
      },
      {
        macro: `$__${kind}`,
        call: (names) => `$__${kind}(${names.time}, ${names[column]}) FROM`,
        expected: (rows, range) => changesOf(buckets(rows, range, all, highest(column)), kind),
      },
      {
        macro: `$__${kind}ColumnsAggregated`,
        call: (names) =>
          `$__${kind}ColumnsAggregated(${names.time}, ${names.key}, ${names.sub}, sum, ${names[column]}) FROM`,
        expected: (rows, range) => summed(changesOf(buckets(rows, range, byBoth, highest(column)), kind), keyOf),
      },
    ];
  }),
];

/** Conditions of the user's, and what they say of a sample. */
const conditions: readonly (readonly [sql: (names: Names) => string, holds: (row: Sample) => boolean])[] = [
  [() => '', () => true],
  [({ gauge }) => ` WHERE ${gauge} > 0 OR ${gauge} = -1 -- it's`, ({ gauge }) => gauge > 0 || gauge === -1],
  [({ counter }) => ` PREWHERE ${counter} % 2 = 0`, ({ counter }) => counter % 2 === 0],
  [
    ({ counter, key }) => ` PREWHERE ${counter} % 3 > 0 /* x */ WHERE ${key} != '' # no`,
    ({ counter, key }) => counter % 3 > 0 && key !== '',
  ],
];

describe.each(Object.values(tables))('of the table $name', (names) => {
  test.each(cases)('$macro yields what is worked out by hand', async ({ macro, call, having = '', expected }) => {
    const wrong: unknown[] = [];
    let found = 0;
    for (const [i, range] of someRanges(cases.findIndex((other) => other.macro === macro)).entries()) {
      const [where, holds] = conditions[i % conditions.length]!;
      const sql = `${call(names)} ${names.name}${where(names)}\n${having} ${tail}`;
      const theirs = expected(rows.filter(holds), range);
      const differing = differences(await answer(sql, range), theirs);
      if (differing.length > 0) wrong.push({ sql, range, differing });
      found += theirs.length;
    }
    expect(wrong).toEqual([]);
    expect(found).toBeGreaterThan(50);
  });
});
