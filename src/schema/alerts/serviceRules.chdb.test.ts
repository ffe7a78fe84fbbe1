import { errorRate } from '../../packs/service/rules/errorRate';
import { latencyP95 } from '../../packs/service/rules/latencyP95';
import { throughputDrop } from '../../packs/service/rules/throughputDrop';
import {
  expectedErrors,
  expectedLatency,
  expectedThroughput,
  fillRequests,
  requestWorld,
} from '../../testing/alerts/requests';
import { testConfig } from '../../testing/config';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { Random } from '../../testing/law/random';
import { inspect } from '../inspect';
import type { Stage } from './stage';
import { completeUntil, makeStage } from './stage';

const requests = {
  table: 'shop.requests',
  sourceClass: 'append',
  columns: {
    id: 'id',
    time: 'at',
    service: 'service',
    release: 'release',
    durationMs: 'ms',
    status: 'status',
    ingestedAt: 'seen',
  },
} as const;

/** Zones, and a day in each on which the clock was changed. */
const zones = [
  ['UTC', '2026-03-01'],
  ['Europe/Berlin', '2026-03-29'],
  ['Europe/Berlin', '2026-10-25'],
  ['America/New_York', '2026-03-08'],
  ['America/New_York', '2026-11-01'],
  ['Australia/Lord_Howe', '2026-04-05'],
  ['Australia/Lord_Howe', '2026-10-04'],
  ['Asia/Kathmandu', '2026-05-05'],
] as const;

let engine: TestEngine;
let stage: Stage;
beforeAll(async () => {
  engine = await startEngine();
  await engine.db.command('CREATE DATABASE shop');
  await engine.db.command(
    'CREATE TABLE shop.requests (id UInt64, at DateTime64(3), service String, release String, ms Float64, status UInt16, seen DateTime64(3) DEFAULT now64(3)) ENGINE = ReplacingMergeTree ORDER BY (service, at, id)',
  );
  stage = await makeStage(
    engine.db,
    await inspect(testConfig({ database: 'tm', alerts: {}, roles: { requests } }), engine.db),
    'test',
  );
}, 60_000);
afterAll(() => engine.stop());

const byName = <T extends { readonly subject: string }>(rows: readonly T[]): T[] =>
  [...rows].sort((a, b) => (a.subject < b.subject ? -1 : 1));

test('rules over requests say what plain TypeScript says, in random worlds around changes of the clock', async () => {
  const random = new Random(Number(process.env['TIDEMARK_SEED'] ?? 7));
  const seen = { worlds: 0, errors: 0, drops: 0, held: 0, slow: 0, fine: 0, open: 0 };
  const rounds = Number(process.env['TIDEMARK_WORLDS'] ?? 2);
  for (const [zone, day] of zones)
    for (let round = 0; round < rounds; round++) {
      // Hours around the change, in its week or one to four weeks after it; or any.
      const hour = random.chance(0.7) ? random.below(6) - 12 * random.below(2) : random.below(24);
      const nowMs =
        Date.parse(`${day}T00:00:00Z`) + random.below(5) * 604_800_000 + hour * 3_600_000 + random.below(3_600_000);
      const world = requestWorld(random, zone, nowMs, 16);
      await fillRequests(engine.db, 'tm', world);
      await completeUntil(engine.db, stage.installation, world.endsMs + random.below(60_000));
      const about = `${zone} ${new Date(nowMs).toISOString()}`;
      seen.worlds += world.services.length;

      const errors = await stage.ask(errorRate, nowMs, zone);
      const bad = expectedErrors(world);
      expect([about, errors.map((s) => s.subject)]).toEqual([about, byName(bad).map((s) => s.subject)]);
      for (const [i, is] of byName(bad).entries()) {
        expect([about, errors[i]]).toEqual([
          about,
          expect.objectContaining({ subject: is.subject, firing: is.firing, threshold: is.threshold }),
        ]);
        expect(errors[i]?.value).toBeCloseTo(is.value, 10);
        if (is.firing) seen.errors += 1;
      }

      const drops = await stage.ask(throughputDrop, nowMs, zone);
      const expected = byName(expectedThroughput(world));
      expect([about, drops.map((s) => s.subject)]).toEqual([about, expected.map((s) => s.subject)]);
      for (const [i, is] of expected.entries()) {
        expect([about, drops[i]]).toEqual([
          about,
          expect.objectContaining({ subject: is.subject, firing: is.firing, held: is.held }),
        ]);
        expect(drops[i]?.value).toBeCloseTo(is.value, 10);
        expect(drops[i]?.threshold).toBeCloseTo(is.threshold, 10);
        if (is.firing) seen.drops += 1;
        if (is.held) seen.held += 1;
      }

      const slow = await stage.ask(latencyP95, nowMs, zone);
      const bounds = byName(expectedLatency(world));
      expect([about, slow.map((s) => s.subject)]).toEqual([about, bounds.map((s) => s.subject)]);
      for (const [i, is] of bounds.entries()) {
        const said = slow[i]!;
        const inside = (v: number, [least, most]: readonly [number, number]) => v >= least && v <= most;
        expect([about, is, said, inside(said.value, is.value), inside(said.threshold, is.threshold)]).toEqual([
          about,
          is,
          said,
          true,
          true,
        ]);
        if (is.firing === undefined) seen.open += 1;
        else {
          expect([about, is, said.firing]).toEqual([about, is, is.firing]);
          seen[is.firing ? 'slow' : 'fine'] += 1;
        }
      }
    }
  // Nothing of this may be said of nothing.
  const often = [seen.errors, seen.drops, seen.slow, seen.fine].every((count) => count > seen.worlds / 25);
  expect([seen, seen.worlds >= 200, often, seen.held > 0, seen.open < seen.worlds / 4]).toEqual([
    seen,
    true,
    true,
    true,
    true,
  ]);
}, 120_000);
