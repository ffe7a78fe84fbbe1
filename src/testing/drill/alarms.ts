import { freshState, step } from '../../alerts/state';
import type { Outcome, RuleState } from '../../alerts/state';
import type { Db } from '../../core/db';
import { pipelineRules } from '../../packs/pipeline/rules';
import type { AlertRule } from '../../packs/rule';
import { alertRules } from '../../packs/rules';
import { saidOf } from '../../schema';

/** What an alert rule says. */
export interface Alarm {
  readonly rule: string;
  readonly subject: string;
  readonly detail: string;
}

/** How many times as fast the rules' waiting times go: five minutes are two seconds. */
const speed = 150;

/** Rules that the drill is not about, by name: their views are not made. */
export const otherRules: readonly string[] = alertRules
  .filter((rule) => !pipelineRules.includes(rule))
  .map(({ name }) => name);

/** Limits that are shorter in the drill, as people write them to `threshold_edits`. Seconds. */
const shorter = [
  ['cdc_replication_lag', 'lag', 10],
  ['cdc_replication_lag_high', 'lag', 6],
  ['kafka_lag_time', 'lag', 8],
  ['kafka_lag_time_high', 'lag', 5],
  ['kafka_poison', 'window', 20],
  ['cdc_table_drift', 'wrong', 60],
  ['collector_down', 'silent', 45],
] as const;

/** Another limit for a subject, from now on; subject empty: for all. As people write it, without a migrate. */
export const setLimit = (db: Db, rule: string, subject: string, name: string, value: number): Promise<void> =>
  db.insert('tidemark.threshold_edits', [{ rule, subject, name, value, note: 'drill' }]);

/** The limit is again what it was before {@link setLimit}. */
export const unsetLimit = (db: Db, rule: string, subject: string, name: string): Promise<void> =>
  db.insert('tidemark.threshold_edits', [{ rule, subject, name, value: 0, note: 'drill', del: 1 }]);

/** Shortens the limits of the rules. */
export async function shortenLimits(db: Db): Promise<void> {
  for (const [rule, name, value] of shorter) await setLimit(db, rule, '', name, value);
}

type Row = Parameters<typeof saidOf>[0] & { readonly rule: string };

/** Asks the real alert views again and again and keeps the states that an evaluator would. */
export interface Evaluator {
  /**
   * Asks the rules of these names once; all where none is named. @returns what is an alert, of all rules as they were last asked: it
   * fires, and has for the rule's time. What only goes on against flapping is none.
   */
  look(names?: readonly string[]): Promise<readonly Alarm[]>;
  /** Why the last look got no answer; '' where it got one. A look without an answer finds no alert, and proves nothing. */
  unanswered(): string;
}

/** An evaluator of rules that have a view, with the waiting times of the rules {@link speed} times as fast. */
export function evaluatorOver(db: Db, rules: readonly AlertRule[]): Evaluator {
  const states = new Map<string, RuleState>();
  let message = '';
  return {
    unanswered: () => message,
    async look(names) {
      const asked = rules.filter(({ name }) => names?.includes(name) ?? true);
      const outcome = await ask(db, asked);
      message = asked.map(({ name }) => outcome(name)).find((o) => o.kind === 'error')?.message ?? '';
      const nowMs = Date.now();
      for (const rule of asked) {
        const [forSeconds, keepFiringForSeconds] = [rule.forSeconds / speed, rule.keepFiringForSeconds / speed];
        const before = states.get(rule.name) ?? freshState;
        const state = step({ ...rule, forSeconds, keepFiringForSeconds }, before, outcome(rule.name), nowMs);
        states.set(rule.name, state);
      }
      return [...states].flatMap(([rule, { subjects }]) =>
        subjects
          .filter(({ state }) => state === 'Firing')
          .map(({ subject, detail }): Alarm => ({ rule, subject, detail })),
      );
    },
  };
}

async function ask(db: Db, rules: readonly AlertRule[]): Promise<(rule: string) => Outcome> {
  if (rules.length === 0) return () => ({ kind: 'rows', rows: [] });
  const views = rules.map(({ name }) => `SELECT '${name}' AS rule, * FROM tidemark.alert_${name}`);
  try {
    const rows = await db.query<Row>(views.join('\nUNION ALL\n'));
    return (name) => ({ kind: 'rows', rows: rows.filter(({ rule }) => rule === name).map(saidOf) });
  } catch (thrown) {
    // ClickHouse itself may be what is down.
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return () => ({ kind: 'error', message });
  }
}
