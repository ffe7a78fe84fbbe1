import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { alertRules } from '../packs/rules';
import { startEngine } from '../testing/engine';
import type { TestEngine } from '../testing/engine';
import type { RuleTest } from './ruleTest/model';
import { parseRuleTests } from './ruleTest/parse';
import { caseLines } from './ruleTest/report';
import { runCase } from './ruleTest/run';
import { makeTestStage } from './ruleTest/stage';
import type { TestStage } from './ruleTest/stage';

const folder = join(__dirname, '..', '..', 'test', 'alerts');
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .sort()
  .map((name) => parseRuleTests(readFileSync(join(folder, name), 'utf8'), `test/alerts/${name}`));
const cases = files.flatMap(({ file, timezone, tests }) => tests.map((test) => ({ file, timezone, test })));

let engine: TestEngine;
const stages = new Map<string, TestStage>();
beforeAll(async () => {
  engine = await startEngine();
  for (const timezone of new Set(files.map((file) => file.timezone)))
    stages.set(timezone, await makeTestStage(engine.db, `rules_${stages.size}`, timezone, 'test'));
}, 180_000);
afterAll(() => engine.stop());

const named = cases.map(({ file, timezone, test }) => [test.rule.name, test.name, { file, timezone, test }] as const);

test.each(named)(
  '%s: %s',
  async (_rule, _name, { file, timezone, test }: { file: string; timezone: string; test: RuleTest }) => {
    const result = await runCase(test, stages.get(timezone)!);
    expect(caseLines({ file, ...result })).toEqual([`  ok      ${test.name}`]);
  },
  120_000,
);

test.each(alertRules.map(({ name }) => name))('%s has at least eight cases', (rule) => {
  expect(cases.filter(({ test }) => test.rule.name === rule).length).toBeGreaterThanOrEqual(8);
});
