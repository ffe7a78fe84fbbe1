import { dayNumber, dayText } from '../../testing/law/calendar';
import type { Change } from '../../testing/law/mrr';
import { mrrColumns, mrrDays, mrrMonthColumns, mrrMonths, told } from '../../testing/law/mrr';
import type { Expected } from '../../testing/law/oracle';
import { Random } from '../../testing/law/random';
import { testConfig } from '../../testing/config';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { applyMigration, planMigration } from '../ddl/migrate';
import { stepTable } from '../ddl/tables';
import { inspect } from '../inspect';
import type { Installation } from '../installation';
import { refreshOnce } from '../refresh/refresh';
import type { Step } from '../refresh/steps';
import { refreshSteps, stepInsert } from '../refresh/steps';
import { tableOf } from './context';

const dayMs = 86_400_000;
const seed = Number(process.env['TIDEMARK_SEED'] ?? 1);
const zones = ['Europe/Berlin', 'Asia/Kathmandu', 'America/New_York'] as const;

interface Row extends Change {
  readonly version: number;
  readonly deleted: boolean;
}

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(async () => engine.stop());

/** A shop in whose database `name` stands a table of changes, and Tidemark beside it. */
async function shop(name: string, freshDays: number) {
  const { db } = engine;
  await db.command(`CREATE DATABASE ${name}`);
  await db.command(`CREATE TABLE ${name}.changes (id UInt64, at DateTime64(3, 'UTC'), sub String, cur LowCardinality(String),
    mrr Decimal(18, 4), plan Nullable(String), who UInt32, _version UInt64, _deleted UInt8, ingested_at DateTime64(3))
    ENGINE = ReplacingMergeTree(_version, _deleted) ORDER BY id`);
  const [timezone, ...others] = zones;
  const columns = { id: 'id', time: 'at', subscription: 'sub', user: 'who', mrr: 'mrr', currency: 'cur', plan: 'plan' };
  const arrival = { ingestedAt: 'ingested_at', version: '_version', deleted: '_deleted' };
  const config = testConfig({
    database: `${name}_tm`,
    reporting: { timezone, zones: others },
    refresh: { freshDays },
    roles: { subscriptions: { table: `${name}.changes`, sourceClass: 'moving', columns: { ...columns, ...arrival } } },
  });
  const installation = await inspect(config, db);
  const plan = (await planMigration(installation, db, 'test')).filter((a) => a.kind !== 'refresh');
  await applyMigration(installation, db, plan, 'test');
  let clockMs = Date.now() - dayMs;
  return {
    installation,
    finished: refreshSteps(installation).filter((s) => s.name.startsWith('mrr_day')),
    months: refreshSteps(installation).filter((s) => s.name.startsWith('mrr_month')),
    /** Rows arrive, each at a moment of its own, and all is refreshed up to the last of these. */
    async arrive(rows: readonly Row[]) {
      const stamp = (ms: number) => new Date(ms).toISOString().replace('T', ' ').replace('Z', '');
      const delivered = rows.map((r) => ({
        id: r.id,
        at: stamp(r.timeMs),
        sub: r.subscription,
        cur: r.currency,
        mrr: r.mrr / 10_000,
        plan: r.mrr > 500_000 ? 'pro' : null,
        who: r.id % 7,
        _version: r.version,
        _deleted: Number(r.deleted),
        ingested_at: stamp((clockMs += 5)),
      }));
      if (delivered.length > 0) await db.insert(`${name}.changes`, delivered);
      await refreshOnce(installation, db, { hi: `fromUnixTimestamp64Milli(toInt64(${(clockMs += 5)}))` });
    },
  };
}

/** What a table of finished numbers holds, amounts in ten-thousandths. */
async function held(installation: Installation, table: string): Promise<Expected> {
  const columns = table.startsWith('mrr_month') ? mrrMonthColumns : mrrColumns;
  const amounts = columns.map((c) => (c.endsWith('subscriptions') ? `toInt64(${c})` : `toInt64(${c} * 10000)`));
  const rows = await engine.db.query<{ k: string; v: (string | number)[] }>(
    `SELECT concat(toString(d), '|', currency) AS k, [${amounts.join(', ')}] AS v FROM ${tableOf(installation, table)} FINAL`,
  );
  return new Map(rows.map((r) => [r.k, r.v.map(Number)]));
}

/** The step's table made anew from everything, under another name. */
async function anew(installation: Installation, step: Step): Promise<Expected> {
  const { db } = engine;
  const name = `${step.table}__anew`;
  await db.command(`DROP TABLE IF EXISTS ${tableOf(installation, name)}`);
  await db.command(stepTable(installation, step, { name }) ?? '');
  const everything = { lo: "toDateTime64('1970-01-01 00:00:00', 3)", hi: 'now64(3)' };
  await db.command(stepInsert(installation, step, everything, name));
  return held(installation, name);
}

function expectEqual(actual: Expected, expected: Expected): void {
  const wrong = [...new Set([...actual.keys(), ...expected.keys()])].filter(
    (k) => JSON.stringify(actual.get(k)) !== JSON.stringify(expected.get(k)),
  );
  const sample = wrong.sort().slice(0, 5);
  expect(sample.map((k) => `${k}: is ${actual.get(k)}, expected ${expected.get(k)}`)).toEqual([]);
}

function expectIdentity(days: Expected): void {
  for (const [key, [mrr = 0, , opening = 0, fresh = 0, again = 0, up = 0, down = 0, lost = 0]] of days) {
    expect([key, opening + fresh + again + up - down - lost]).toEqual([key, mrr]);
  }
}

const zoneOf = (step: Step) => (step.of.kind === 'finished' ? step.of.rollup.timezone : '');

/** The last day that a table has, which has to be today in its zone, as it was at some moment since `sinceMs`. */
function lastDay(days: Expected, zone: string, sinceMs: number): number {
  const last = [...days.keys()].sort().at(-1)?.slice(0, 10) ?? '';
  expect([dayText(dayNumber(sinceMs, zone)), dayText(dayNumber(Date.now(), zone))]).toContain(last);
  return Date.parse(`${last}T00:00:00Z`) / dayMs;
}

/** New changes in any order of time, and corrections, moves and deletes of former ones. */
function someRows(random: Random, known: Map<number, Row>, count: number): Row[] {
  const nowMs = Date.now();
  const currencies = ['EUR', 'USD', 'JPY'];
  return Array.from({ length: count }, () => {
    const before = known.size > 20 && random.chance(0.4) ? random.pick([...known.values()]) : undefined;
    const level = random.chance(0.3) ? 0 : random.below(1_000_000) - (random.chance(0.05) ? 1_000_000 : 0);
    const ahead = random.chance(0.05) ? 30 * dayMs : 0;
    const content = {
      timeMs: nowMs + ahead - Math.floor(random.next() ** 2 * 500 * dayMs),
      subscription: `s${random.below(40)}`,
      currency: random.pick(currencies),
      mrr: level,
    };
    const id = before?.id ?? known.size + 1;
    const version = (before?.version ?? 0) + 1;
    const row: Row = before
      ? random.chance(0.3)
        ? { ...before, version, deleted: true }
        : { ...before, ...(random.chance(0.5) && content), mrr: level, version, deleted: false }
      : { ...content, id, version, deleted: false };
    known.set(id, row);
    return row;
  });
}

const current = (known: ReadonlyMap<number, Row>) => [...known.values()].filter((r) => !r.deleted);

test.each([
  ['within the fresh days', 1000],
  ['queued as late days', 2],
])(
  'after each refresh the days equal those counted one by one, and the table made anew: changes %s',
  async (_, freshDays) => {
    const random = new Random(seed * 7919 + freshDays);
    const { installation, finished, months, arrive } = await shop(`mrr_${freshDays}`, freshDays);
    expect([finished, months].map((steps) => steps.map(zoneOf))).toEqual([[...zones], [...zones]]);
    const known = new Map<number, Row>();
    for (let round = 0; round < 8; round++) {
      const sinceMs = Date.now();
      await arrive(someRows(random, known, round === 0 ? 120 : 1 + random.below(12)));
      for (const step of finished) {
        const days = await held(installation, step.table);
        expectIdentity(days);
        const today = lastDay(days, zoneOf(step), sinceMs);
        expectEqual(told(days), told(mrrDays(current(known), zoneOf(step), today)));
        if (round % 3 === 0) expectEqual(await anew(installation, step), mrrDays(current(known), zoneOf(step), today));
      }
      for (const step of months) {
        const zone = zoneOf(step);
        const expected = mrrMonths(current(known), zone, dayNumber(sinceMs, zone));
        const rows = await held(installation, step.table);
        expectIdentity(rows);
        expectEqual(told(rows), told(expected));
        if (round % 3 === 0) expectEqual(await anew(installation, step), expected);
        expect([...rows].some(([, row]) => row[8] !== 0 && row[9] !== 0)).toBe(true);
      }
    }
    const kinds = [...(await held(installation, 'mrr_day')).values()];
    // Nothing is proven where a column is never filled.
    for (const i of mrrColumns.keys()) expect(kinds.some((row) => (row[i] ?? 0) !== 0)).toBe(true);
  },
  300_000,
);

const change = (id: number, daysAgo: number, mrr: number, own: Partial<Row> = {}): Row => ({
  id,
  timeMs: Date.now() - daysAgo * dayMs,
  subscription: 'a',
  currency: 'EUR',
  mrr: mrr * 10_000,
  version: 1,
  deleted: false,
  ...own,
});

test('days that came without any arrival are added, with the changes that were announced for them', async () => {
  const { installation, finished, arrive } = await shop('mrr_idle', 1000);
  const rows = [change(1, 20, 10), change(2, 3, 0), change(3, 15, 7, { subscription: 'b', currency: 'USD' })];
  await arrive([...rows, change(4, -5, 99)]);
  const [step] = finished;
  if (!step) throw new Error('No table of finished numbers.');
  const full = await held(installation, step.table);
  expectEqual(full, mrrDays(rows, zoneOf(step), lastDay(full, zoneOf(step), Date.now() - dayMs)));
  // As if nothing had run for a week (the change of three days ago was still to come then), or never.
  for (const lost of ['d > today() - 8', '1']) {
    const table = tableOf(installation, step.table);
    await engine.db.command(`ALTER TABLE ${table} DELETE WHERE ${lost} SETTINGS mutations_sync = 1`);
    expect((await held(installation, step.table)).size).toBeLessThan(full.size);
    await arrive([]);
    expectEqual(await held(installation, step.table), full);
  }
});

test('a table whose only changes are yet to come stays empty until then', async () => {
  const { installation, finished, arrive } = await shop('mrr_ahead', 1000);
  await arrive([change(1, -3, 10)]);
  for (const step of finished) expect((await held(installation, step.table)).size).toBe(0);
  // Brought forward: the day is there now, although no place of the past was touched before.
  await arrive([change(1, 3, 10, { version: 2 })]);
  for (const step of finished) expect((await held(installation, step.table)).size).toBeGreaterThan(2);
});

test('a currency whose subscriptions were all deleted is zero on all its days, the others stay', async () => {
  const { installation, finished, arrive } = await shop('mrr_gone', 1000);
  const eur = change(1, 9, 10);
  const usd = change(2, 20, 5, { subscription: 'b', currency: 'USD' });
  await arrive([eur, usd]);
  const before = await held(installation, 'mrr_day');
  await arrive([{ ...usd, version: 2, deleted: true }]);
  for (const step of finished) {
    const days = await held(installation, step.table);
    const today = lastDay(days, zoneOf(step), Date.now() - dayMs);
    expectEqual(told(days), mrrDays([eur], zoneOf(step), today));
    expect([...days].filter(([k, v]) => k.endsWith('USD') && v.some((n) => n !== 0))).toEqual([]);
  }
  expect([...(await held(installation, 'mrr_day')).keys()].sort()).toEqual([...before.keys()].sort());
});
