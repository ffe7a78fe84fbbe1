import type { RuleState, StateName, SubjectState } from './state';
import { freshState, stateNames } from './state';

/** A row of the table `alerts_state`: what survives the evaluator. Instants are ISO texts in UTC. */
export interface StateRow {
  readonly rule: string;
  readonly subject: string;
  /** Evaluation after which it was so. */
  readonly at: string;
  readonly state: string;
  readonly since: string;
  /** 1970 where it does not fire. */
  readonly starts_at: string;
  readonly missed: number;
  readonly held: number;
  readonly value: number | null;
  readonly threshold: number | null;
  readonly as_of: string;
  readonly detail: string;
}

/** `2026-03-02 12:00:00.000`: as ClickHouse reads and writes DateTime64(3, 'UTC'). */
export const clickhouseTime = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').replace('Z', '');

/** The inverse of {@link clickhouseTime}. */
export const timeOf = (text: string): number => Date.parse(`${text.replace(' ', 'T')}Z`);

/** What of a subject is remembered. */
export const toStateRow = (rule: string, subject: SubjectState, nowMs: number): StateRow => ({
  rule,
  subject: subject.subject,
  at: clickhouseTime(nowMs),
  state: subject.state,
  since: clickhouseTime(subject.sinceMs),
  starts_at: clickhouseTime(subject.startsAtMs ?? 0),
  missed: subject.missed,
  held: Number(subject.held),
  value: Number.isFinite(subject.value) ? subject.value : null,
  threshold: Number.isFinite(subject.threshold) ? subject.threshold : null,
  as_of: subject.asOf,
  detail: subject.detail,
});

/** The subjects of the rows, by rule. Rows of a state that is not known are left out: a later release wrote them. */
export function fromStateRows(rows: readonly StateRow[]): ReadonlyMap<string, RuleState> {
  const rules = new Map<string, SubjectState[]>();
  for (const row of rows) {
    if (!(stateNames as readonly string[]).includes(row.state)) continue;
    rules.set(row.rule, [...(rules.get(row.rule) ?? []), subjectOf(row)]);
  }
  const bySubject = (a: SubjectState, b: SubjectState) => (a.subject < b.subject ? -1 : 1);
  return new Map([...rules].map(([rule, subjects]) => [rule, { ...freshState, subjects: subjects.sort(bySubject) }]));
}

const subjectOf = (row: StateRow): SubjectState => ({
  subject: row.subject,
  state: row.state as StateName,
  sinceMs: timeOf(row.since),
  startsAtMs: timeOf(row.starts_at) === 0 ? null : timeOf(row.starts_at),
  missed: row.missed,
  held: row.held === 1,
  value: row.value ?? 0,
  threshold: row.threshold ?? 0,
  asOf: row.as_of,
  detail: row.detail,
});
