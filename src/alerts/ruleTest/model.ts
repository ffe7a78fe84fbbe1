import type { AlertRule } from '../../packs/rule';
import type { Health, StateName } from '../state';

/** A file of cases, read and checked. Offsets are milliseconds from the start of their case. */
export interface RuleTestFile {
  readonly file: string;
  readonly timezone: string;
  readonly tests: readonly RuleTest[];
}

export interface RuleTest {
  readonly name: string;
  readonly rule: AlertRule;
  /** `file:line`, for messages. */
  readonly place: string;
  /** Since 1970. */
  readonly startMs: number;
  readonly intervalMs: number;
  readonly thresholds: readonly { readonly subject: string; readonly name: string; readonly value: number }[];
  /** ISO days. */
  readonly holidays: readonly string[];
  readonly subjects: readonly string[];
  /** In the order in which they happen. */
  readonly input: readonly RuleInput[];
  /** In order of time. */
  readonly expect: readonly Expectation[];
}

export type RuleInput = { readonly atMs: number; readonly place: string } & (
  | {
      readonly kind: 'rows';
      readonly table: string;
      readonly replace: boolean;
      readonly rows: readonly Readonly<Record<string, unknown>>[];
      readonly select?: string;
    }
  | { readonly kind: 'complete'; readonly untilMs: number; readonly rollups?: readonly string[] }
  | { readonly kind: 'restart' }
  | { readonly kind: 'away'; readonly forMs: number }
);

/** What one subject should be. Only what is named is compared. */
export interface ExpectedAlert {
  readonly subject: string;
  readonly state: StateName;
  readonly held?: boolean;
  readonly value?: number;
  readonly threshold?: number;
  readonly message?: string;
  readonly detail?: string;
}

export interface Expectation {
  readonly atMs: number;
  readonly place: string;
  /** Of all subjects that {@link alerts} does not list. */
  readonly others: StateName;
  readonly health?: Health;
  readonly alerts: readonly ExpectedAlert[];
}
