import { literal } from '../core/sql/quote';
import type { TestEngine } from '../testing/engine';
import { startEngine } from '../testing/engine';
import { Random } from '../testing/law/random';
import { clockSql, countSql, percentSql, wilsonLower, wilsonUpper } from './ruleSql';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(() => engine.stop());

const random = new Random(7);
const z = 1.96;

/**
 * The share p on one side of the measured one at which what was measured lies z standard errors of p away: found by halving, not by
 * the formula that solves it.
 */
function boundByHalving(bad: number, all: number, side: 'lower' | 'upper'): number {
  const measured = bad / all;
  const isFar = (p: number) => Math.abs(measured - p) > z * Math.sqrt((p * (1 - p)) / all);
  let [far, near] = side === 'lower' ? [0, measured] : [1, measured];
  // Where nothing (or everything) was bad the measured share is the bound itself, for its own error is none.
  if (!isFar(far)) return far;
  for (let i = 0; i < 200; i++) {
    const middle = (far + near) / 2;
    if (isFar(middle)) far = middle;
    else near = middle;
  }
  return near;
}

test('the Wilson bounds are the shares from which what was measured lies 1.96 standard errors away', async () => {
  const pairs = Array.from({ length: 2000 }, () => {
    const all = Math.ceil(10 ** (random.below(7_000_000) / 1_000_000));
    const bad = [0, all, random.below(all + 1), random.below(Math.ceil(all / 50) + 1)][random.below(4)] ?? 0;
    return { bad: Math.min(bad, all), all };
  });
  const rows = await engine.db.query<{ bad: number; all: number; lower: number; upper: number }>(
    `SELECT toUInt32(p.1) AS bad, toUInt32(p.2) AS all, ${wilsonLower('bad', 'all')} AS lower, ${wilsonUpper('bad', 'all')} AS upper
     FROM (SELECT arrayJoin([${pairs.map(({ bad, all }) => `(${bad}, ${all})`).join(', ')}]) AS p)`,
  );
  expect(rows).toHaveLength(pairs.length);
  for (const { bad, all, lower, upper } of rows) {
    expect([bad, all, lower]).toEqual([bad, all, expect.closeTo(boundByHalving(bad, all, 'lower'), 9)]);
    expect([bad, all, upper]).toEqual([bad, all, expect.closeTo(boundByHalving(bad, all, 'upper'), 9)]);
    expect(lower).toBeGreaterThanOrEqual(-1e-12);
    expect(upper).toBeLessThanOrEqual(1 + 1e-12);
  }
});

test('nothing is proven by nothing: the bounds of no row are 0 and 1', async () => {
  const none = `(SELECT toUInt64(0))`;
  expect(
    await engine.db.query(`SELECT ${wilsonLower('0', none)} AS lower, ${wilsonUpper('0', none)} AS upper`),
  ).toEqual([{ lower: 0, upper: 1 }]);
  const [known] = await engine.db.query<object>(`SELECT ${wilsonLower('12', '300')} AS lower`);
  expect(known).toEqual({ lower: expect.closeTo(0.023, 3) });
});

test('counts have commas between thousands, whatever their type', async () => {
  const counts = [0, 1, 12, 999, 1000, 1001, 12_300, 999_999, 1_000_000, 2 ** 53 - 1];
  counts.push(...Array.from({ length: 300 }, () => Math.floor(10 ** (random.below(15_000_000) / 1_000_000))));
  const said = await engine.db.query<{ whole: string; part: string }>(
    `SELECT ${countSql('c')} AS whole, ${countSql('toFloat64(c) + 0.3')} AS part FROM (SELECT arrayJoin(${literal(counts)}::Array(UInt64)) AS c)`,
  );
  expect(said.map((s) => s.whole)).toEqual(counts.map((c) => c.toLocaleString('en-US')));
  expect(said.map((s) => s.part).slice(0, 8)).toEqual(counts.slice(0, 8).map((c) => c.toLocaleString('en-US')));
  expect(await engine.db.query(`SELECT ${countSql('-5')} AS below`)).toEqual([{ below: '0' }]);
});

test('shares are said in percent, rounded to the digits asked for', async () => {
  const ratios = [0, 0.02, 0.041, 0.07, 0.5, 1, 1.5, ...Array.from({ length: 300 }, () => random.below(1e9) / 7e8)];
  const rows = await engine.db.query<{ one: string; none: string }>(
    `SELECT ${percentSql('r')} AS one, ${percentSql('r', 0)} AS none FROM (SELECT arrayJoin(${literal(ratios)}::Array(Float64)) AS r)`,
  );
  expect(rows.map((r) => r.one)).toEqual(ratios.map((r) => `${Number((100 * r).toFixed(1))} %`));
  expect(rows.map((r) => r.none)).toEqual(ratios.map((r) => `${Number((100 * r).toFixed(0))} %`));
});

test('instants are told on the clock of the zone, also where it changes', async () => {
  const zones = ['UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'America/St_Johns', 'Pacific/Auckland'];
  const changes = [
    Date.UTC(2026, 2, 29, 1),
    Date.UTC(2026, 9, 25, 1),
    Date.UTC(2026, 2, 8, 5, 30),
    Date.UTC(2024, 1, 29),
  ];
  const instants = changes.flatMap((at) => [at - 60_000, at, at + 60_000]);
  instants.push(...Array.from({ length: 100 }, () => Date.UTC(2020, 0, 1) + random.below(2.5e8) * 1000));
  for (const zone of zones) {
    const rows = await engine.db.query<{ said: string }>(
      `SELECT ${clockSql('at', literal(zone))} AS said FROM (SELECT fromUnixTimestamp64Milli(arrayJoin(${literal(instants)}::Array(Int64)), 'UTC') AS at)`,
    );
    expect(rows.map((r) => r.said)).toEqual(instants.map((at) => clockOf(at, zone)));
  }
});

/** `2026-03-29 14:05`, by the browser's own tables of zones. */
function clockOf(atMs: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(atMs);
  const of = (type: string) => parts.find((p) => p.type === type)?.value ?? '';
  return `${of('year')}-${of('month')}-${of('day')} ${of('hour')}:${of('minute')}`;
}
