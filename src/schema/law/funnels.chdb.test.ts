import { bucketOf } from '../../core/funnel/buckets';
import type { FunnelSpec } from '../../core/funnel/spec';
import { testConfig } from '../../testing/config';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import type { FunnelRow } from '../../testing/funnel/oracle';
import { oracleEntries } from '../../testing/funnel/oracle';
import { dayNumber, dayText } from '../../testing/law/calendar';
import { Random } from '../../testing/law/random';
import { applyMigration, planMigration } from '../ddl/migrate';
import { inspect } from '../inspect';
import type { Installation } from '../installation';
import { refreshOnce } from '../refresh/refresh';

/** Histories side by side; each is a value of the breakdown, so that its numbers stand alone. */
const histories = Number(process.env['TIDEMARK_HISTORIES'] ?? 140);
const seed = Number(process.env['TIDEMARK_SEED'] ?? 1);
const hourMs = 3_600_000;
const timezone = 'Europe/Berlin';
/** Clocks change in the night of the third day. */
const startMs = Date.UTC(2026, 2, 27, 6);

const shared = {
  title: 't',
  exclusions: [],
  by: 'user',
  breakdown: 'history',
  attribution: 'first',
  order: 'ordered',
  windowMs: 30 * hourMs,
} as const;
const picks = (...events: readonly string[]) => events.map((event) => ({ event }));
const funnels: readonly FunnelSpec[] = [
  { ...shared, name: 'ordered', steps: picks('a', 'b', 'c') },
  { ...shared, name: 'strict', steps: picks('a', 'b', 'c'), order: 'strict' },
  { ...shared, name: 'unordered', steps: picks('a', 'b', 'c'), order: 'unordered', windowMs: 12 * hourMs },
  { ...shared, name: 'optional', steps: [{ event: 'a' }, { event: 'b', optional: true }, { event: 'c' }] },
  { ...shared, name: 'excluding', steps: picks('a', 'b'), exclusions: [{ event: 'c', after: 1, before: 2 }] },
  { ...shared, name: 'filtered', steps: [{ event: 'a', where: { plan: ['pro'] } }, { event: 'a' }, { event: 'b' }] },
  { ...shared, name: 'followed', steps: picks('a', 'b'), by: 'account', windowMs: 50 * hourMs },
  { ...shared, name: 'never', steps: picks('a', 'nobody', 'c') },
  { ...shared, name: 'last_plan', steps: picks('a', 'b', 'c'), breakdown: 'plan', attribution: 'last' },
];

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(async () => engine.stop());

interface Row {
  readonly id: number;
  readonly version: number;
  readonly atMs: number;
  readonly event: string;
  readonly history: number;
  readonly user: string;
  readonly account: string;
  readonly plan: string;
  readonly deleted: boolean;
}

describe.each([
  ['moving', 4],
  ['append', 2],
] as const)('class %s', (sourceClass, steps) => {
  test('after every refresh the tables of saved funnels equal the funnels of the rows that are left', async () => {
    const name = `law_${sourceClass}`;
    const installation = await install(name, sourceClass);
    const random = new Random(seed * 31 + sourceClass.length);
    const newest = new Map<number, Row>();
    let entered = 0;
    for (let step = 0; step < steps; step++) {
      const rows = deliveries(random, newest, step, sourceClass === 'moving');
      for (const row of rows) newest.set(row.id, row);
      const hiMs = startMs + (step + 1) * 20 * hourMs;
      const columns = rows.map((r) => columnsOf(r, hiMs - 1000));
      // Every tenth is delivered twice.
      await engine.db.insert(`${name}.events`, [...columns, ...columns.filter((_, i) => i % 10 === 0)]);
      if (step % 2 === 1) await engine.db.command(`OPTIMIZE TABLE ${name}.events FINAL`);
      await refreshOnce(installation, engine.db, { hi: `fromUnixTimestamp64Milli(${hiMs})` });
      for (const funnel of funnels) {
        const expected = linesOf(funnel, [...newest.values()], hiMs);
        entered += expected.times.length;
        expect({ funnel: funnel.name, step, rows: await stored(name, funnel) }).toEqual({
          funnel: funnel.name,
          step,
          rows: expected.days,
        });
        expect({ funnel: funnel.name, step, rows: await storedTimes(name, funnel) }).toEqual({
          funnel: funnel.name,
          step,
          rows: expected.times,
        });
      }
    }
    expect(entered).toBeGreaterThan(histories * funnels.length);
  }, 240_000);
});

async function install(name: string, sourceClass: 'moving' | 'append'): Promise<Installation> {
  const { db } = engine;
  await db.command(`CREATE DATABASE ${name}`);
  await db.command(`CREATE TABLE ${name}.events (id UInt64, at DateTime64(3, 'UTC'), event LowCardinality(String), who String, account Nullable(String), plan LowCardinality(String), history String,
    _version UInt64, _deleted UInt8, seen DateTime64(3)) ENGINE = ReplacingMergeTree(_version, _deleted) ORDER BY ${sourceClass === 'moving' ? 'id' : '(event, at, id)'}`);
  const columns = {
    id: 'id',
    time: 'at',
    event: 'event',
    user: 'who',
    ingestedAt: 'seen',
    version: '_version',
    deleted: '_deleted',
  };
  const dimension = (column: string) => ({ name: column, from: column, column, path: [] });
  const config = testConfig({
    database: `${name}_tm`,
    reporting: { timezone },
    roles: {
      events: {
        table: `${name}.events`,
        sourceClass,
        columns,
        dimensions: ['account', 'plan', 'history'].map(dimension),
      },
    },
    funnels,
  });
  const installation = await inspect(config, db);
  const plan = (await planMigration(installation, db, 'test')).filter((a) => a.kind !== 'refresh');
  await applyMigration(installation, db, plan, 'test');
  // Marks of this moment: the test's clock begins in the past.
  await db.command(`TRUNCATE TABLE ${name}_tm.done`);
  return installation;
}

/** New rows, most of the last hours, some late; where rows may change also moves, other measures and deletes. */
function deliveries(random: Random, newest: ReadonlyMap<number, Row>, step: number, mayChange: boolean): Row[] {
  const nowMs = startMs + (step + 1) * 20 * hourMs;
  const draw = (id: number, history: number, version: number): Row => ({
    id,
    version,
    atMs: nowMs - hourMs * (1 + random.below(random.chance(0.2) ? 90 : 24)),
    event: random.pick(['a', 'a', 'b', 'b', 'c', 'other']),
    history,
    user: `${history}u${random.below(3)}`,
    account: random.chance(0.3) ? '' : `${history}c${random.below(2)}`,
    plan: random.pick(['pro', 'free']),
    deleted: false,
  });
  let id = newest.size;
  const fresh = Array.from({ length: histories }, (_, history) =>
    Array.from({ length: 1 + random.below(4) }, () => draw(id++, history, 1)),
  ).flat();
  if (!mayChange) return fresh;
  const changed = [...newest.values()].flatMap((old): Row[] => {
    if (old.deleted || !random.chance(0.08)) return [];
    return [
      random.chance(0.3)
        ? { ...old, version: old.version + 1, deleted: true }
        : draw(old.id, old.history, old.version + 1),
    ];
  });
  return [...fresh, ...changed];
}

const stamp = (ms: number) => new Date(ms).toISOString().slice(0, -1);

const columnsOf = (r: Row, seenMs: number) => ({
  id: r.id,
  at: stamp(r.atMs),
  event: r.event,
  who: r.user,
  account: r.account === '' ? null : r.account,
  plan: r.plan,
  history: `h${r.history}`,
  _version: r.version,
  _deleted: r.deleted ? 1 : 0,
  seen: stamp(seenMs),
});

/** What the two tables of a funnel have to hold, zeros left out of the times. */
function linesOf(
  funnel: FunnelSpec,
  rows: readonly Row[],
  nowMs: number,
): { readonly days: string[]; readonly times: string[] } {
  const entities = new Map<string, FunnelRow[]>();
  for (const row of rows) {
    const entity = funnel.by === 'account' ? row.account : row.user;
    if (row.deleted || entity === '') continue;
    const dims = { plan: row.plan, account: row.account, history: `h${row.history}` };
    entities.set(entity, [...(entities.get(entity) ?? []), { atMs: row.atMs, event: row.event, dims }]);
  }
  const range = { timezone, firstDay: 0, lastDay: dayNumber(nowMs, timezone) + 400, nowMs };
  const days = new Map<string, [entries: number, open: number]>();
  const times = new Map<string, [entries: number, open: number]>();
  const add = (to: typeof days, key: string, n: number, open: number) => {
    const held = to.get(key) ?? [0, 0];
    to.set(key, [held[0] + n, held[1] + open]);
  };
  for (const own of entities.values()) {
    for (const entry of oracleEntries(funnel, own, range)) {
      const open = entry.open ? 1 : 0;
      const key = (step: number) => `${dayText(entry.day)} ${entry.group} ${step}`;
      funnel.steps.forEach((_, i) => add(days, key(i + 1), 0, 0));
      entry.steps.forEach((step, i) => {
        add(days, key(step), 1, open);
        add(times, `${key(step)} ${bucketOf(entry.tookMs[i] ?? 0)}`, 1, open);
      });
    }
  }
  const print = (all: typeof days) => [...all].map(([key, [n, open]]) => `${key}: ${n} ${open}`).sort();
  return { days: print(days), times: print(times) };
}

/** Rows of groups and days that have none left may stay as zeros. */
async function stored(name: string, { name: funnel, steps: { length } }: FunnelSpec): Promise<string[]> {
  const rows = await engine.db.query<{ line: string }>(
    `SELECT concat(toString(d), ' ', grp, ' ', toString(step), ': ', toString(entries), ' ', toString(open)) AS line
    FROM ${name}_tm.funnel_${funnel} FINAL
    WHERE entered = if(step = 1, entries, 0) AND converted = if(step = ${length}, entries, 0)
      AND (d, grp) IN (SELECT d, grp FROM ${name}_tm.funnel_${funnel} FINAL GROUP BY d, grp HAVING sum(entries) > 0)`,
  );
  return rows.map((r) => r.line).sort();
}

async function storedTimes(name: string, { name: funnel }: FunnelSpec): Promise<string[]> {
  const rows = await engine.db.query<{ line: string }>(
    `SELECT concat(toString(d), ' ', grp, ' ', toString(step), ' ', toString(bucket), ': ', toString(entries), ' ', toString(open)) AS line
    FROM ${name}_tm.funnel_${funnel}_time FINAL WHERE entries > 0`,
  );
  return rows.map((r) => r.line).sort();
}
