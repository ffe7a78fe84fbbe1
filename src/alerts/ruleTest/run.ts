import { messageOf } from '../../core/errors';
import { alertMessage } from '../message';
import type { Outcome, RuleState, SubjectState } from '../state';
import { freshState, step } from '../state';
import { fromStateRows, toStateRow } from '../stateRows';
import { differences } from './compare';
import type { Difference } from './compare';
import type { RuleInput, RuleTest } from './model';
import type { TestStage } from './stage';

/** How one case went. */
export interface CaseResult {
  readonly test: RuleTest;
  /** Empty: as expected. */
  readonly differences: readonly Difference[];
  /** Why it could not be run to its end; absent where it was. */
  readonly broken?: string;
  readonly evaluations: number;
}

/** Questions asked at once. */
const atOnce = 4;

/** Runs a case on a stage: rows in, evaluation after evaluation, states compared. Returns its verdict; never throws. */
export async function runCase(test: RuleTest, stage: TestStage): Promise<CaseResult> {
  try {
    await stage.reset(test);
    const outcomes = await ask(test, stage);
    const failed = outcomes.find(({ unasked }) => unasked !== undefined);
    if (failed) return { test, differences: [], broken: failed.unasked ?? '', evaluations: outcomes.length };
    return { test, differences: judge(test, outcomes), evaluations: outcomes.length };
  } catch (thrown) {
    return { test, differences: [], broken: messageOf(thrown), evaluations: 0 };
  }
}

interface Answer {
  readonly atMs: number;
  readonly outcome: Outcome;
  /** The engine's own error: a mistake in the rule or in the rows, nothing that a test may expect. */
  readonly unasked?: string;
}

/** Asks the rule at every evaluation. What it says depends on the data only, so those between two changes are asked side by side. */
async function ask(test: RuleTest, stage: TestStage): Promise<Answer[]> {
  const lastMs = Math.max(0, ...test.expect.map(({ atMs }) => atMs));
  const changes = test.input.filter(({ kind }) => kind === 'rows' || kind === 'complete');
  const away = test.input.flatMap((i) => (i.kind === 'away' ? [{ fromMs: i.atMs, toMs: i.atMs + i.forMs }] : []));
  const answers: Answer[] = [];
  let batch: number[] = [];
  const flush = async () => {
    for (let i = 0; i < batch.length; i += atOnce)
      answers.push(...(await Promise.all(batch.slice(i, i + atOnce).map((atMs) => answer(test, stage, atMs)))));
    batch = [];
  };
  for (let atMs = 0; atMs <= lastMs; atMs += test.intervalMs) {
    if (changes[0] && changes[0].atMs <= atMs) await flush();
    while (changes[0] && changes[0].atMs <= atMs) await stage.apply(changes.shift()!, test);
    if (away.some(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs)) {
      await flush();
      answers.push({ atMs, outcome: { kind: 'error', message: 'ClickHouse does not answer.' } });
    } else batch.push(atMs);
  }
  await flush();
  return answers;
}

async function answer(test: RuleTest, { stage }: TestStage, atMs: number): Promise<Answer> {
  try {
    return { atMs, outcome: { kind: 'rows', rows: await stage.ask(test.rule, test.startMs + atMs) } };
  } catch (thrown) {
    const message = messageOf(thrown);
    return { atMs, outcome: { kind: 'error', message }, unasked: `The rule could not be asked: ${message}` };
  }
}

function judge(test: RuleTest, answers: readonly Answer[]): Difference[] {
  const restarts = test.input.filter((input) => input.kind === 'restart');
  const expected = [...test.expect];
  const found: Difference[] = [];
  let state: RuleState = freshState;
  for (const [i, { atMs, outcome }] of answers.entries()) {
    if (takeUntil(restarts, atMs)) state = restarted(test, state, atMs);
    state = step(test.rule, state, outcome, test.startMs + atMs);
    const next = answers[i + 1]?.atMs ?? Infinity;
    while (expected[0] && expected[0].atMs < next)
      found.push(...differences(expected.shift()!, state, (subject) => messageFor(test, subject)));
  }
  return found;
}

const messageFor = (test: RuleTest, subject: SubjectState): string => alertMessage(test.rule, subject);

/** Takes out what happened up to a moment; whether anything did. */
function takeUntil(inputs: RuleInput[], atMs: number): boolean {
  const count = inputs.filter((input) => input.atMs <= atMs).length;
  inputs.splice(0, count);
  return count > 0;
}

/** What is left of a state after the evaluator ended and began again: what it wrote down. */
function restarted({ rule, startMs }: RuleTest, state: RuleState, atMs: number): RuleState {
  const rows = state.subjects.map((subject) => toStateRow(rule.name, subject, startMs + atMs));
  const written = JSON.parse(JSON.stringify(rows)) as typeof rows;
  return fromStateRows(written).get(rule.name) ?? freshState;
}
