import type { Found, State, Wording } from './finding';
import { outsideWords } from './words/outside';
import { progressWords } from './words/progress';
import { serverWords } from './words/server';
import { sourceWords } from './words/source';

/** All findings by their stable code. docs/doctor.md lists them. */
export const words = { ...serverWords, ...sourceWords, ...progressWords, ...outsideWords } as const;

export type FindingCode = keyof typeof words;
type FactsOf<C extends FindingCode> = (typeof words)[C] extends Wording<infer Facts> ? Facts : never;

/**
 * Makes a finding from its facts.
 * @example found('zone_unknown', 'Mars/Base', { zone: 'Mars/Base', cause: '…' })
 */
export function found<C extends FindingCode>(code: C, subject: string, facts: FactsOf<C>): Found {
  const { state, what, todo } = words[code] as Wording<FactsOf<C>> & { readonly state: State };
  return { subject, state, code, what: what(facts), todo: todo(facts) };
}
