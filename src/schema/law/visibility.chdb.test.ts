import { calendars, lawOptions, subject } from '../../testing/law/cases';
import { runLaw, stepMs } from '../../testing/law/run';
import { told } from '../../testing/law/tests';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(async () => engine.stop());

// Class moving needs D itself: a version that is counted before its place is written down may move on, and leave no trace.
test('in the classes append and fixed, rows that become visible within delay and overlap of their stamp are counted', async () => {
  const subjects = [
    subject('events', 'append', 'replacing'),
    subject('requests', 'fixed', 'plain'),
    subject('subscriptions', 'fixed', 'replacing'),
  ];
  const refresh = { overlapSeconds: (2 * stepMs) / 1000 };
  const lawCase = { ...calendars[1]!, lateSteps: 2, delaySteps: 0, refresh, subjects };
  const options = { ...lawOptions, histories: Math.ceil(lawOptions.histories / 3) };
  const found = await runLaw(engine.db, 'visible', lawCase, options);
  told(`${3 * options.histories} histories with rows visible within the overlap`, found);
  expect(found).toMatchObject({ wrong: 0, sample: [] });
  expect(found.cells).toBeGreaterThan(10 * options.histories);
}, 240_000);

// Without either the test would prove nothing.
test('without delay and overlap rows are lost that become visible after their stamp', async () => {
  const lawCase = { ...calendars[1]!, lateSteps: 2, delaySteps: 0, subjects: [subject('events', 'append', 'plain')] };
  const found = await runLaw(engine.db, 'invisible', lawCase, { ...lawOptions, histories: 40 });
  expect(found.wrong).toBeGreaterThan(0);
}, 240_000);
