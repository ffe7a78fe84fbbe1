import type { AlertRule } from '../../packs/rule';
import type { RuleState, SubjectState } from '../state';
import { freshState } from '../state';
import type { KnownAlert } from './alertmanager';
import type { Episode } from './episode';
import type { Memory } from './store';
import { keyOf } from './store';

/**
 * What fires, as Alertmanager knows it: the memory of an evaluator that began while ClickHouse was away. Alerts of rules that are not
 * ours are left out.
 */
export function recalled(alerts: readonly KnownAlert[], rules: readonly AlertRule[]): Memory {
  const states = new Map<string, RuleState>();
  const episodes = new Map<string, Episode>();
  for (const { labels, annotations, startsAt } of alerts) {
    const rule = rules.find(({ name }) => name === labels['rule']);
    const startsAtMs = Date.parse(startsAt);
    if (!rule || Number.isNaN(startsAtMs)) continue;
    const subject = labels['subject'] ?? '';
    const facts = {
      value: Number(annotations['value'] ?? 0),
      threshold: Number(annotations['threshold'] ?? 0),
      detail: annotations['detail'] ?? '',
    };
    const state: SubjectState = {
      subject,
      state: 'Firing',
      sinceMs: startsAtMs,
      startsAtMs,
      missed: 0,
      held: false,
      asOf: '',
      ...facts,
    };
    const known = states.get(rule.name)?.subjects.filter((s) => s.subject !== subject) ?? [];
    const subjects = [...known, state].sort((a, b) => (a.subject < b.subject ? -1 : 1));
    states.set(rule.name, { ...freshState, subjects });
    episodes.set(keyOf(rule.name, subject), {
      rule: rule.name,
      subject,
      startsAtMs,
      endedAtMs: null,
      unjudged: false,
      told: 'firing',
      toldAtMs: startsAtMs,
      ...facts,
    });
  }
  return { states, episodes };
}
