import { nearest } from '../config/nearest';
import type { AlertRule } from '../packs/rule';
import { fail } from './errors';
import { formatValue } from './numbers';
import type { RuleSource } from './run/ask';
import type { Verdict } from './state';

/** What a rule says of a subject right now, without `for`: *Held* counts before *Firing*. */
export type CheckState = 'Firing' | 'Held' | 'OK' | 'Error' | 'NoData';

export interface Checked {
  readonly rule: string;
  readonly severity: AlertRule['severity'];
  /** `''` where the rule could not be asked or tells of no subject. */
  readonly subject: string;
  readonly state: CheckState;
  /** In the rule's unit; null where there is none. */
  readonly value: number | null;
  readonly threshold: number | null;
  /** The same for people. */
  readonly shown: { readonly value: string; readonly threshold: string };
  readonly why: string;
}

/**
 * The rules to ask: all, or the named one.
 * @throws TidemarkError usage_unknown_rule naming those that are there.
 */
export function chosenRules(rules: readonly AlertRule[], name?: string): readonly AlertRule[] {
  if (name === undefined) return rules;
  const found = rules.filter((rule) => rule.name === name);
  if (found.length > 0) return found;
  const installed = rules.map((rule) => rule.name);
  const meant = nearest(name, installed);
  throw fail('usage_unknown_rule', {
    rule: name,
    installed,
    hint: meant === undefined ? '' : ` Did you mean "${meant}"?`,
  });
}

const order: readonly CheckState[] = ['Error', 'Firing', 'Held', 'NoData', 'OK'];

/** Asks rules one after the other. What fires comes first. Never throws. */
export async function check(rules: readonly AlertRule[], source: Pick<RuleSource, 'ask'>): Promise<readonly Checked[]> {
  const checked: Checked[] = [];
  for (const rule of rules) {
    const { outcome } = await source.ask(rule);
    if (outcome.kind === 'error') checked.push(without(rule, 'Error', outcome.message));
    else if (outcome.rows.length === 0) checked.push(without(rule, 'NoData', 'The rule tells of no subject.'));
    else checked.push(...outcome.rows.map((row) => of(rule, row)));
  }
  return checked.sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
}

const of = (rule: AlertRule, { subject, value, threshold, firing, held, detail }: Verdict): Checked => ({
  rule: rule.name,
  severity: rule.severity,
  subject,
  state: held ? 'Held' : firing ? 'Firing' : 'OK',
  value,
  threshold,
  shown: { value: formatValue(value, rule.unit), threshold: formatValue(threshold, rule.unit) },
  why: detail,
});

const without = (rule: AlertRule, state: CheckState, why: string): Checked => ({
  rule: rule.name,
  severity: rule.severity,
  subject: '',
  state,
  value: null,
  threshold: null,
  shown: { value: '', threshold: '' },
  why,
});
