import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { testConfig, watchedPipeline } from '../../testing/config';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import type { Subject } from '../../testing/law/tables';
import { subjectMapping, subjectTable } from '../../testing/law/tables';
import { inspect } from '../inspect';
import { installedRules } from './installed';
import { makeStage } from './stage';
import { alertViews } from './views';

const subjects: readonly Subject[] = [
  { role: 'events', sourceClass: 'append', engine: 'replacing', wide: true },
  { role: 'requests', sourceClass: 'append', engine: 'replacing' },
  { role: 'orders', sourceClass: 'append', engine: 'replacing', wide: true },
  { role: 'subscriptions', sourceClass: 'append', engine: 'replacing' },
];

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(() => engine.stop());

/** Statements of the blocks of SQL that are to be pasted into ClickHouse; blocks for other programs say so in their first line. */
function statementsOf(rule: string): readonly string[] {
  const file = join(__dirname, '..', '..', '..', 'docs', 'runbooks', `${rule}.md`);
  if (!existsSync(file)) return [];
  const blocks = [...readFileSync(file, 'utf8').matchAll(/^```sql\n([\s\S]*?)^```/gm)].map(([, block = '']) => block);
  return blocks
    .filter((block) => !/^-- in (Postgres|Kafka|dbt)/i.test(block))
    .flatMap((block) => block.split(/;\s*$/m))
    .map((statement) => statement.replace(/^\s*--.*\n/gm, '').trim())
    .filter((statement) => statement !== '');
}

test('the SQL of every runbook runs as it stands there', async () => {
  await engine.db.command('CREATE DATABASE shop');
  for (const subject of subjects) await engine.db.command(subjectTable(subject, 'shop'));
  const config = testConfig({
    database: 'tidemark',
    alerts: {},
    roles: Object.fromEntries(subjects.map((s) => [s.role, subjectMapping(s, 'shop')])),
    funnels: [
      {
        name: 'signup_to_purchase',
        title: 'From sign-up to purchase',
        steps: [{ event: 'sign_up' }, { event: 'purchase' }],
        order: 'ordered',
        windowMs: 86_400_000,
        exclusions: [],
        by: 'user',
        attribution: 'first',
      },
    ],
    pipelines: watchedPipeline.pipelines,
    collect: {
      ...watchedPipeline.collect,
      dbt: [{ name: 'marts', target: 'target', everySeconds: 15, jobs: [] }],
    },
  });
  const installation = await inspect(config, engine.db);
  // Without the refreshes, which would only take the processor from the statements.
  await makeStage(engine.db, installation, 'test');
  const views = alertViews(installation).filter(({ name }) => name.startsWith('alert_'));
  for (const { ddl } of views) await engine.db.command(ddl);
  const refused: string[] = [];
  let count = 0;
  for (const { name } of installedRules(installation))
    for (const statement of statementsOf(name)) {
      count++;
      const run = /^(SELECT|WITH|SHOW)/i.test(statement) ? engine.db.query(statement) : engine.db.command(statement);
      await run.catch((error: Error) => refused.push(`${name}: ${statement}\n${error.message}`));
    }
  expect(refused).toEqual([]);
  expect(count).toBeGreaterThan(10);
}, 120_000);
