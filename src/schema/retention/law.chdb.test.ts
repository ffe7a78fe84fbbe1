import type { RetentionSpec } from '../../core/retention';
import { retentionGrid } from '../../core/retention';
import { retentionTable } from '../../packs/product/retention';
import { calendars, lawOptions, subject } from '../../testing/law/cases';
import { install } from '../../testing/law/installed';
import type { Version } from '../../testing/law/history';
import { deliveriesOf, runHistories, truthOf } from '../../testing/law/run';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import type { RetentionCell, RetentionRow } from '../../testing/retention/oracle';
import { retentionCells } from '../../testing/retention/oracle';
import type { Installation } from '../installation';
import { zoneSuffix } from '../rollups/installed';

const base = {
  title: 'Saved',
  mode: 'recurring',
  interval: 'day',
  windows: 'calendar',
  by: 'user',
  periods: 5,
} as const;
const signup = { event: 'signup' };
const purchase = { event: 'purchase', where: { plan: ['pro', 'basic'] } };

/** Every table and way that a saved retention may be kept from. */
const retentions: readonly RetentionSpec[] = [
  { ...base, name: 'days' },
  { ...base, name: 'first_weeks', mode: 'first-time', interval: 'week' },
  { ...base, name: 'first_signup', mode: 'first-time', start: signup, breakdown: 'plan' },
  { ...base, name: 'signup_buys', mode: 'first-time', start: signup, back: purchase, interval: 'month' },
  { ...base, name: 'any_buys', mode: 'first-time', back: purchase },
  { ...base, name: 'signup_any', start: signup, breakdown: 'plan' },
  { ...base, name: 'any_then_buys', back: purchase, periods: 30 },
  { ...base, name: 'rolled', start: purchase, back: purchase, windows: 'rolling' },
  { ...base, name: 'rolled_first', mode: 'first-time', windows: 'rolling', interval: 'week', breakdown: 'plan' },
  { ...base, name: 'plans', by: 'plan', interval: 'week' },
];

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(async () => engine.stop());

test.each([
  ['append', 'replacing', 0, retentions.slice(0, 5)],
  ['moving', 'plain', 1, retentions],
  ['fixed', 'plain', 2, retentions.slice(5)],
] as const)(
  'after a refresh every saved retention is that of the rows, late, copied, moved and deleted ones included: %s, %s engine',
  async (sourceClass, tableEngine, at, saved) => {
    const { db } = engine;
    const name = `kept_${at}`;
    const options = { ...lawOptions, steps: 5 };
    const lawCase = { ...calendars[at]!, retentions: saved, subjects: [subject('events', sourceClass, tableEngine)] };
    const installed = await install(db, name, lawCase.subjects, lawCase);
    const deliveries = deliveriesOf(lawCase, options).map((all) => all.map((d) => ({ ...d, row: shared(d.row) })));
    await runHistories(db, name, installed, lawCase, options, deliveries);
    const rows = (truthOf(lawCase.subjects, deliveries).events ?? []).map(
      ({ user, name: event, timeMs, detail = '' }): RetentionRow => ({
        user,
        event,
        timeMs,
        plan: detail,
        account: detail,
      }),
    );
    const { installation } = installed;
    const told: number[] = [];
    for (const spec of saved) {
      for (const zone of [installation.timezone, ...installation.zones]) {
        const expected = retentionCells(rows, spec, { zone, weekStart: 'monday', coveredMs: Date.UTC(2040, 0) });
        expect({ spec: spec.name, zone, cells: lines(await cellsOf(installation, spec, zone)) }).toEqual({
          spec: spec.name,
          zone,
          cells: lines(expected),
        });
        told.push(expected.filter((c) => c.k > 0 && (c.after ?? 0) > 0).length);
      }
    }
    await checkView(installation, saved);
    // So that agreement says something.
    expect(Math.min(...told)).toBeGreaterThan(0);
    expect(told.reduce((sum, n) => sum + n, 0)).toBeGreaterThan(10 * saved.length);
  },
  240_000,
);

async function cellsOf(installation: Installation, spec: RetentionSpec, zone: string): Promise<RetentionCell[]> {
  const table = `${installation.database}.${retentionTable(spec.name)}${zoneSuffix(zone, installation)}`;
  const grid = retentionGrid(spec, {
    rows: `${table} FINAL`,
    weekStart: installation.weekStart,
    timezone: zone,
    covered: "toDateTime('2040-01-01', 'UTC')",
    byGroup: true,
  });
  return engine.db.query<RetentionCell>(
    `SELECT toString(cohort) AS cohort, grp, k, toUInt32(size) AS size, toUInt32(users_on) AS on, toUInt32(users_after) AS after FROM (${grid})`,
  );
}

/** The view has the cells of each table in the reporting zone, those that are over: the marks of the test lie in the past. */
async function checkView(installation: Installation, saved: readonly RetentionSpec[]): Promise<void> {
  for (const spec of saved) {
    const cells = await cellsOf(installation, spec, installation.timezone);
    const rows = await engine.db.query<RetentionCell & { over: number }>(
      `SELECT toString(cohort) AS cohort, grp, k, toUInt32(size) AS size, toUInt32(users_on) AS on, toUInt32(users_after) AS after FROM ${installation.database}.retentions WHERE retention = '${spec.name}'`,
    );
    const known = new Set(lines(cells));
    expect(rows).toHaveLength(cells.length);
    expect(lines(rows.filter((r) => r.on !== null)).filter((line) => !known.has(line))).toEqual([]);
    expect(rows.some((r) => r.on !== null)).toBe(true);
  }
}

/** Few users and events, so that they come back; what a tombstone does not tell, it does not tell. */
function shared(row: Version): Version {
  const number = (text: string) => Number(text.replace(/\D/g, ''));
  return {
    ...row,
    ...(row.user !== '' && { user: `u${number(row.user) % 23}` }),
    ...(/\d/.test(row.name) && { name: ['signup', 'purchase', 'look'][number(row.name) % 3]! }),
  };
}

const lines = (cells: readonly RetentionCell[]): string[] =>
  cells.map((c) => [c.cohort, c.grp, c.k, c.size, c.on, c.after].join('|')).sort();
