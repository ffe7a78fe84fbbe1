import type { RuleState, SubjectState } from '../state';
import type { ExpectedAlert, Expectation } from './model';

/** One thing that is not as expected. */
export interface Difference {
  readonly atMs: number;
  /** `file:line`. */
  readonly place: string;
  /** `''`: the rule as a whole. */
  readonly subject: string;
  readonly key: string;
  readonly expected: string;
  readonly got: string;
}

/** What is not as expected at a moment. A listed subject that the rule does not tell of is *Normal*, and nothing else is known of it. */
export function differences(
  expectation: Expectation,
  state: RuleState,
  messageOf: (subject: SubjectState) => string,
): Difference[] {
  const { atMs, place, others, health, alerts } = expectation;
  const at = { atMs, place };
  const found: Difference[] = [];
  if (health !== undefined && state.health !== health) {
    const got = state.message === '' ? state.health : `${state.health} (${state.message})`;
    found.push({ ...at, subject: '', key: 'health', expected: health, got });
  }
  for (const alert of alerts) {
    const subject = state.subjects.find((s) => s.subject === alert.subject);
    found.push(...ofSubject(alert, subject, messageOf).map((d) => ({ ...at, subject: alert.subject, ...d })));
  }
  const rest = state.subjects.filter(({ subject }) => !alerts.some((a) => a.subject === subject));
  for (const { subject, state: got } of rest)
    if (got !== others) found.push({ ...at, subject, key: 'state', expected: others, got });
  if (rest.length === 0 && alerts.length === 0 && others !== 'Normal')
    found.push({ ...at, subject: '', key: 'state', expected: others, got: 'no subject at all' });
  return found;
}

type Facts = Pick<Difference, 'key' | 'expected' | 'got'>;

function ofSubject(
  alert: ExpectedAlert,
  subject: SubjectState | undefined,
  messageOf: (subject: SubjectState) => string,
): Facts[] {
  const nothing = 'the rule does not tell of it';
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['state', alert.state, subject?.state ?? 'Normal'],
    ['held', alert.held, subject?.held],
    ['value', alert.value, subject?.value],
    ['threshold', alert.threshold, subject?.threshold],
    ['message', alert.message, subject && messageOf(subject)],
    ['detail', alert.detail, subject?.detail],
  ];
  return pairs.flatMap(([key, expected, got]) => {
    if (expected === undefined || same(expected, got)) return [];
    const text = got === undefined ? nothing : String(got as string | number | boolean);
    return [{ key, expected: String(expected as string | number | boolean), got: text }];
  });
}

/** Numbers are the same to nine figures: sums of floats depend on the order of their rows. */
function same(expected: unknown, got: unknown): boolean {
  if (typeof expected !== 'number' || typeof got !== 'number') return expected === got;
  return Math.abs(expected - got) <= 1e-9 * Math.max(1, Math.abs(expected), Math.abs(got));
}
