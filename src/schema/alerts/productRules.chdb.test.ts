import { dauDrop } from '../../packs/product/rules/dauDrop';
import { eventsSilence } from '../../packs/product/rules/eventsSilence';
import { funnelDrop } from '../../packs/product/rules/funnelDrop';
import { expectedFunnels, fillFunnels, funnelWorld } from '../../testing/alerts/funnels';
import type { Expected } from '../../testing/alerts/product';
import {
  eventWorld,
  expectedDrop,
  expectedSilence,
  fillEvents,
  fillUsers,
  userWorld,
} from '../../testing/alerts/product';
import { testConfig } from '../../testing/config';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { Random } from '../../testing/law/random';
import { inspect } from '../inspect';
import type { Said, Stage } from './stage';
import { completeUntil, fillDefaults, makeStage } from './stage';

const events = {
  table: 'shop.events',
  sourceClass: 'append',
  columns: { id: 'id', time: 'at', user: 'who', event: 'event', ingestedAt: 'seen' },
} as const;

/** Zones, and a day in each on which the clock was changed. */
const zones = [
  ['UTC', '2026-03-01'],
  ['Europe/Berlin', '2026-03-29'],
  ['Europe/Berlin', '2026-10-25'],
  ['America/New_York', '2026-11-01'],
  ['Australia/Lord_Howe', '2026-10-04'],
  ['Asia/Kathmandu', '2026-05-05'],
] as const;
const rounds = Number(process.env['TIDEMARK_WORLDS'] ?? 2);

let engine: TestEngine;
let stage: Stage;
beforeAll(async () => {
  engine = await startEngine();
  await engine.db.command('CREATE DATABASE shop');
  await engine.db.command(
    'CREATE TABLE shop.events (id UInt64, at DateTime64(3), who UInt64, event String, seen DateTime64(3) DEFAULT now64(3)) ENGINE = ReplacingMergeTree ORDER BY (event, at, id)',
  );
  stage = await makeStage(
    engine.db,
    await inspect(testConfig({ database: 'tm', alerts: {}, roles: { events } }), engine.db),
    'test',
  );
}, 60_000);
afterAll(() => engine.stop());

function compare(about: string, said: readonly Said[], expected: readonly Expected[]): void {
  expect([about, said.map((s) => s.subject)]).toEqual([about, expected.map((e) => e.subject).sort()]);
  for (const { subject, value, threshold, firing, held } of expected) {
    const own = said.find((s) => s.subject === subject);
    const numbers = { value: expect.closeTo(value, 9), threshold: expect.closeTo(threshold, 9) };
    expect([about, own]).toEqual([about, expect.objectContaining({ subject, firing, held, ...numbers })]);
  }
}

/** Moments around the change of the clock, in its week or up to four weeks after it. */
function* moments(random: Random): Generator<readonly [zone: string, nowMs: number, about: string]> {
  for (const [zone, day] of zones)
    for (let round = 0; round < rounds; round++) {
      const nowMs =
        Date.parse(`${day}T00:00:00Z`) +
        random.below(5) * 604_800_000 +
        (random.below(24) - 12) * 3_600_000 +
        random.below(3_600_000);
      yield [zone, nowMs, `${zone} ${new Date(nowMs).toISOString()}`];
    }
}

test('silence of events is what plain TypeScript says it is, in random worlds around changes of the clock', async () => {
  const random = new Random(Number(process.env['TIDEMARK_SEED'] ?? 3));
  const seen = { subjects: 0, firing: 0, held: 0, heldFiring: 0, unjudged: 0 };
  for (const [zone, nowMs, about] of moments(random)) {
    const world = eventWorld(random, zone, nowMs, 12);
    await fillEvents(engine.db, 'tm', world);
    await completeUntil(engine.db, stage.installation, world.untilMs);
    const expected = expectedSilence(world);
    compare(about, await stage.ask(eventsSilence, nowMs, zone), expected);
    seen.subjects += expected.length;
    seen.firing += expected.filter((e) => e.firing).length;
    seen.held += expected.filter((e) => e.held).length;
    seen.heldFiring += expected.filter((e) => e.firing && e.held).length;
    seen.unjudged += expected.filter((e) => e.value === 1).length;
  }
  // Nothing of this may be said of nothing.
  const often = [seen.firing, seen.held, seen.heldFiring, seen.unjudged].every((count) => count > seen.subjects / 50);
  expect([seen, often]).toEqual([seen, true]);
}, 120_000);

test('a drop of daily active users is what plain TypeScript says it is, in random worlds of several zones', async () => {
  const random = new Random(Number(process.env['TIDEMARK_SEED'] ?? 5));
  const seen = { worlds: 0, firing: 0, held: 0, plain: 0 };
  for (const [zone, nowMs, about] of [...moments(random), ...moments(random)]) {
    const world = userWorld(random, zone, nowMs);
    await fillUsers(engine.db, 'tm', world);
    await completeUntil(engine.db, stage.installation, world.untilMs);
    const expected = expectedDrop(world);
    compare(about, await stage.ask(dauDrop, nowMs, zone), [expected]);
    seen.worlds += 1;
    if (expected.firing) seen[world.limits.day_over_day === 1 ? 'plain' : 'firing'] += 1;
    if (expected.held) seen.held += 1;
  }
  const often = [seen.firing, seen.held, seen.plain].every((count) => count >= seen.worlds / 30);
  expect([seen, often]).toEqual([seen, true]);
}, 120_000);

test('a drop of a funnel is what plain TypeScript says it is, and so is the step that fell most', async () => {
  const random = new Random(Number(process.env['TIDEMARK_SEED'] ?? 7));
  const seen = { funnels: 0, firing: 0, held: 0, fell: 0 };
  for (const [zone, nowMs, about] of moments(random)) {
    const world = funnelWorld(random, zone, nowMs, 12);
    await fillFunnels(engine.db, 'tm', world);
    const expected = expectedFunnels(world);
    const said = await stage.ask(funnelDrop, nowMs, zone);
    compare(about, said, expected);
    for (const { subject, worst } of expected) {
      const detail = said.find((s) => s.subject === subject)?.detail ?? '';
      if (detail.includes('too few weeks')) continue;
      expect([about, detail, Number(/; step (\d+) /.exec(detail)?.[1] ?? 0)]).toEqual([about, detail, worst]);
      seen.fell += worst > 0 ? 1 : 0;
    }
    seen.funnels += expected.length;
    seen.firing += expected.filter((e) => e.firing).length;
    seen.held += expected.filter((e) => e.held).length;
  }
  const often = [seen.firing, seen.held, seen.fell].every((count) => count > seen.funnels / 20);
  expect([seen, often]).toEqual([seen, true]);
}, 120_000);

test('what was never filled holds the rules, and fires nothing', async () => {
  await fillDefaults(engine.db, stage, Date.UTC(2026, 2, 3));
  await engine.db.command('TRUNCATE TABLE tm.expected_subjects');
  await engine.db.command('TRUNCATE TABLE tm.completeness');
  for (const rule of [eventsSilence, dauDrop]) {
    const said = await stage.ask(rule, Date.UTC(2026, 2, 3, 12), 'Europe/Berlin');
    expect(said).toEqual([expect.objectContaining({ firing: false, held: true })]);
  }
  await completeUntil(engine.db, stage.installation, 0);
  for (const rule of [eventsSilence, dauDrop]) {
    const said = await stage.ask(rule, Date.UTC(2026, 2, 3, 12), 'America/New_York');
    expect(said).toEqual([expect.objectContaining({ firing: false, held: true })]);
  }
}, 60_000);
