import { mrrMismatch } from '../../packs/revenue/rules/mrrMismatch';
import { refundSpike } from '../../packs/revenue/rules/refundSpike';
import { expectedMismatch, expectedRefunds, fillMoney, moneyWorld } from '../../testing/alerts/money';
import { testConfig } from '../../testing/config';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { Random } from '../../testing/law/random';
import { inspect } from '../inspect';
import type { Stage } from './stage';
import { completeUntil, makeStage } from './stage';

const columns = { id: 'id', time: 'at', user: 'buyer', amount: 'amount', ingestedAt: 'seen' } as const;
const constants = { currency: 'EUR' };
const roles = {
  orders: { table: 'shop.orders', sourceClass: 'append', columns, constants },
  refunds: { table: 'shop.orders', sourceClass: 'append', columns, constants },
  subscriptions: {
    table: 'shop.orders',
    sourceClass: 'append',
    columns: { id: 'id', time: 'at', subscription: 'buyer', user: 'buyer', mrr: 'amount', ingestedAt: 'seen' },
    constants,
  },
} as const;

let engine: TestEngine;
let stage: Stage;
beforeAll(async () => {
  engine = await startEngine();
  await engine.db.command('CREATE DATABASE shop');
  await engine.db.command(
    'CREATE TABLE shop.orders (id UInt64, at DateTime64(3), buyer UInt64, amount Decimal(18, 4), seen DateTime64(3) DEFAULT now64(3)) ENGINE = ReplacingMergeTree ORDER BY (buyer, at, id)',
  );
  stage = await makeStage(
    engine.db,
    await inspect(testConfig({ database: 'tm', alerts: {}, roles }), engine.db),
    'test',
  );
}, 60_000);
afterAll(() => engine.stop());

test('rules over money say what plain TypeScript says, in random worlds of several zones', async () => {
  const random = new Random(Number(process.env['TIDEMARK_SEED'] ?? 11));
  const rounds = Number(process.env['TIDEMARK_WORLDS'] ?? 2);
  const seen = { worlds: 0, refunds: 0, mrr: 0, held: 0 };
  for (const zone of ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu'])
    for (let round = 0; round < rounds; round++) {
      const nowMs = Date.UTC(2026, random.below(12), 1 + random.below(28), random.below(24), random.below(60));
      const world = moneyWorld(random, zone, nowMs, 24);
      await fillMoney(engine.db, 'tm', world);
      await completeUntil(engine.db, stage.installation, world.untilMs);
      for (const [rule, expected] of [
        [refundSpike, expectedRefunds(world)],
        [mrrMismatch, expectedMismatch(world)],
      ] as const) {
        const said = await stage.ask(rule, nowMs, zone);
        const about = `${rule.name} ${zone} ${new Date(nowMs).toISOString()}`;
        expect([about, said.map((s) => s.subject)]).toEqual([about, expected.map((e) => e.subject).sort()]);
        for (const { value, threshold, ...is } of expected) {
          const own = said.find((s) => s.subject === is.subject);
          expect([about, own]).toEqual([about, expect.objectContaining(is)]);
          expect(own?.value).toBeCloseTo(value, 10);
          expect(own?.threshold).toBeCloseTo(threshold, 10);
          if (is.firing) seen[rule === refundSpike ? 'refunds' : 'mrr'] += 1;
          if (is.held) seen.held += 1;
        }
      }
      seen.worlds += 24;
    }
  const often = [seen.refunds, seen.mrr, seen.held].every((count) => count > seen.worlds / 20);
  expect([seen, seen.worlds >= 200, often]).toEqual([seen, true, true]);
}, 120_000);
