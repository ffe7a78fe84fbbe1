import { testConfig } from '../../testing/config';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { applyMigration, planMigration } from '../ddl/migrate';
import { inspect } from '../inspect';
import type { Change } from './episodes';
import { episodesOf } from './episodes';

const requests = {
  table: 'shop.requests',
  sourceClass: 'append',
  columns: { id: 'id', time: 'at', service: 'service', durationMs: 'ms', status: 'status', ingestedAt: 'seen' },
} as const;

let engine: TestEngine;
let patience: { readonly forSeconds: number; readonly keepFiringForSeconds: number };
beforeAll(async () => {
  engine = await startEngine();
  const { db } = engine;
  await db.command('CREATE DATABASE shop');
  await db.command(
    'CREATE TABLE shop.requests (id UInt64, at DateTime64(3), service String, ms Float64, status UInt16, seen DateTime64(3) DEFAULT now64(3)) ENGINE = ReplacingMergeTree ORDER BY (service, at, id)',
  );
  const installation = await inspect(testConfig({ database: 'tm', alerts: {}, roles: { requests } }), db);
  await applyMigration(installation, db, await planMigration(installation, db, 'test'), 'test');
  // The rule must not say anything by itself here.
  await db.command('SYSTEM STOP VIEWS');
  const [rule] = await db.query<{ for_s: number; keep_s: number }>(
    "SELECT for_s, keep_s FROM tm.catalog_rules WHERE rule = 'error_rate'",
  );
  patience = { forSeconds: Number(rule?.for_s), keepFiringForSeconds: Number(rule?.keep_s) };
}, 60_000);
afterAll(() => engine.stop());

/** Deterministic numbers in [0, 1). */
function* numbers(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

const time = (ms: number) => new Date(ms).toISOString().replace('T', ' ').replace('Z', '');
const row = (subject: string, { atMs, firing }: Change) => ({
  rule: 'error_rate',
  subject,
  at: time(atMs),
  firing: Number(firing),
  held: 0,
  value: atMs % 977,
  threshold: 0.02,
  as_of: time(atMs),
  detail: `at ${atMs}`,
});

interface FiringRow {
  readonly subject: string;
  readonly began: string;
  readonly told: string | null;
  readonly ended: string | null;
  readonly resolved: string | null;
  readonly state: string;
  readonly detail: string;
  readonly replayed: number;
  readonly now_ms?: string;
}

test('the view tells the same firings as the function, whatever the changes', async () => {
  const next = numbers(20_260_401);
  const nowMs = Date.now();
  const all = new Map<string, Change[]>();
  const rows = { alerts_log: [] as object[], alerts_replayed: [] as object[] };
  for (let s = 0; s < 400; s++) {
    const changes: Change[] = [];
    const seconds = Math.floor(next.next().value * 40 * 60);
    let atMs = nowMs - 1000 * (30 + seconds + 3600 * Math.floor(next.next().value * 30));
    for (let i = 0; i < 12; i++) {
      // Around the rule's own waits, to the second; whole minutes at times, so that ends meet.
      const step = next.next().value;
      atMs += step < 0.3 ? 300_000 : step < 0.5 ? 600_000 : Math.ceil(next.next().value * 1200) * 1000;
      if (atMs > nowMs - 20_000) break;
      changes.push({ atMs, firing: next.next().value < 0.5 });
    }
    const subject = `s${s}`;
    all.set(subject, changes);
    // The first half of them while nobody looked.
    changes.forEach((change, i) =>
      rows[i < changes.length / 2 ? 'alerts_replayed' : 'alerts_log'].push(row(subject, change)),
    );
  }
  for (const [table, of] of Object.entries(rows)) await engine.db.insert(`tm.${table}`, of);
  const told = await engine.db.query<FiringRow>(
    'SELECT subject, toString(began) AS began, toString(told) AS told, toString(ended) AS ended, toString(resolved) AS resolved, state, detail, replayed, toUnixTimestamp64Milli(now64(3)) AS now_ms FROM tm.firings ORDER BY subject, began',
  );
  const askedMs = Number(told[0]?.now_ms);
  const text = (ms: number | null) => (ms === null ? null : time(ms));
  const expected = [...all].flatMap(([subject, changes]) =>
    episodesOf(changes, patience, askedMs).map((e) => ({
      subject,
      began: time(e.beganMs),
      told: text(e.toldMs),
      ended: text(e.endedMs),
      resolved: text(e.resolvedMs),
      state: e.state as string,
      detail: `at ${e.beganMs}`,
      replayed: Number(changes.findIndex((c) => c.atMs === e.beganMs) < changes.length / 2),
    })),
  );
  expected.sort((a, b) => (a.subject < b.subject ? -1 : a.subject > b.subject ? 1 : a.began < b.began ? -1 : 1));
  const states = new Set(expected.map((e) => e.state));
  expect([...states].sort()).toEqual(['brief', 'firing', 'over', 'pending', 'recovering']);
  expect(told.map(({ now_ms: _, ...firing }) => firing)).toEqual(expected);
});

test('a firing that a replay left open ends with the first look that finds it over', async () => {
  const atMs = Date.now() - 3_600_000;
  await engine.db.insert('tm.alerts_replayed', [row('was replayed', { atMs, firing: true })]);
  const now = { ...row('was replayed', { atMs: atMs + 1_800_000, firing: false }), gone: 0 };
  await engine.db.insert('tm.alerts_now', [now]);
  const rows = await engine.db.query<FiringRow>(
    "SELECT state, toString(ended) AS ended FROM tm.firings WHERE subject = 'was replayed'",
  );
  expect(rows).toEqual([{ state: 'over', ended: time(atMs + 1_800_000) }]);
});

test('a subject whose rule is not installed any more keeps its history', async () => {
  const atMs = Date.now() - 7_200_000;
  const gone = (change: Change) => ({ ...row('x', change), rule: 'of_long_ago' });
  await engine.db.insert('tm.alerts_log', [gone({ atMs, firing: true }), gone({ atMs: atMs + 60_000, firing: false })]);
  const rows = await engine.db.query<FiringRow>("SELECT state FROM tm.firings WHERE rule = 'of_long_ago'");
  expect(rows).toEqual([{ state: 'over' }]);
});
