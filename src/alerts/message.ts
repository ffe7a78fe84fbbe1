import type { AlertRule } from '../packs/rule';
import { formatValue } from './numbers';

/** What a sentence is filled with. */
export interface MessageFacts {
  readonly subject: string;
  readonly value: number;
  readonly threshold: number;
}

/** What stands for a subject that nobody could name: the rule itself. */
export const wholeRule = 'The rule itself';

/**
 * The rule's sentence for a phone, as plain text: `{subject}`, `{value}` and `{threshold}` of `rule.summary` filled in, numbers with
 * the rule's unit.
 * @example alertMessage(errorRate, { subject: 'api 2.1', value: 0.1, threshold: 0.02 })
 * // 'api 2.1: 10 % of the requests failed in the last five whole minutes, more than 2 % may.'
 */
export function alertMessage(rule: Pick<AlertRule, 'summary' | 'unit'>, facts: MessageFacts): string {
  const filled: Readonly<Record<string, string>> = {
    subject: facts.subject === '' ? wholeRule : facts.subject,
    value: formatValue(facts.value, rule.unit),
    threshold: formatValue(facts.threshold, rule.unit),
  };
  return rule.summary.replace(/\{(subject|value|threshold)\}/g, (_, name: string) => filled[name] ?? '');
}
