import { costBudget } from '../../packs/server/rules/costBudget';
import { costWorld, expectedCost, fillCost } from '../../testing/alerts/cost';
import { parseConfig } from '../../config/parse';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { Random } from '../../testing/law/random';
import { inspect } from '../inspect';
import { installedRules } from './installed';
import type { Stage } from './stage';
import { makeStage } from './stage';

const configured = (collect: string) =>
  parseConfig(`version: 1\nconnection: { url: 'http://127.0.0.1:1', database: tm }\nroles: {}\n${collect}`, {
    file: 'tidemark.yaml',
    env: {},
  });

let engine: TestEngine;
let stage: Stage;
beforeAll(async () => {
  engine = await startEngine();
  stage = await makeStage(engine.db, await inspect(configured('collect: {}'), engine.db), 'test');
}, 60_000);
afterAll(() => engine.stop());

test('the rule exists only where the collector reads the query log', async () => {
  const names = async (collect: string) =>
    installedRules(await inspect(configured(collect), engine.db)).map(({ name }) => name);
  expect(await names('collect: {}')).toContain('cost_budget');
  expect(await names('collect: { clickhouse: { queries: false } }')).not.toContain('cost_budget');
  expect(await names('')).not.toContain('cost_budget');
});

test('cost_budget says what plain TypeScript says, in random worlds of several zones', async () => {
  const random = new Random(Number(process.env['TIDEMARK_SEED'] ?? 5));
  const rounds = Number(process.env['TIDEMARK_WORLDS'] ?? 4);
  const seen = { rows: 0, budget: 0, weekdays: 0, users: 0, held: 0 };
  for (const [zone, month] of [
    ['UTC', 4],
    ['Europe/Berlin', 2],
    ['Europe/Berlin', 10],
    ['America/New_York', 2],
    ['Australia/Lord_Howe', 3],
    ['Asia/Kathmandu', 7],
  ] as const)
    for (let round = 0; round < rounds; round++) {
      const nowMs = Date.UTC(2026, month, 1 + random.below(31), random.below(24), random.below(60), random.below(60));
      const world = costWorld(random, zone, nowMs);
      await fillCost(engine.db, 'tm', world);
      const said = await stage.ask(costBudget, nowMs, zone);
      const expected = expectedCost(world);
      const about = `${zone} ${new Date(nowMs).toISOString()}`;
      expect([about, said.map((s) => s.subject)]).toEqual([about, expected.map((e) => e.subject).sort()]);
      for (const { value, threshold, ...is } of expected) {
        const own = said.find((s) => s.subject === is.subject);
        expect([about, own]).toEqual([about, expect.objectContaining(is)]);
        expect(own?.value).toBeCloseTo(value, 8);
        expect(own?.threshold).toBeCloseTo(threshold, 8);
        if (is.firing)
          seen[is.subject === 'budget' ? 'budget' : is.subject === 'same weekdays' ? 'weekdays' : 'users']++;
        if (is.held) seen.held++;
      }
      seen.rows += expected.length;
    }
  const often = [seen.budget, seen.weekdays, seen.users, seen.held].every((count) => count >= 3);
  expect([seen, seen.rows >= 150, often]).toEqual([seen, true, true]);
}, 120_000);
