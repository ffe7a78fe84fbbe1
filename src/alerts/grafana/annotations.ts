import type { BuildSettings } from '../../dashboards/settings';
import { pages } from '../../dashboards/spec';
import type { AlertRule, RuleUnit } from '../../packs/rule';
import { alertView } from '../../schema/alerts/names';
import type { QueryRef } from './names';
import type { Panels } from './panels';

/** A number of a rule's unit as an expression of Grafana's templates; `.Value` is the number. There is no arithmetic in them. */
const written: Readonly<Record<RuleUnit, string>> = {
  ratio: '{{ humanizePercentage .Value }}',
  ms: '{{ printf "%.0f" .Value }} ms',
  seconds: '{{ humanizeDuration .Value }}',
  bytes: '{{ humanize1024 .Value }}B',
  count: '{{ printf "%.0f" .Value }}',
  rate: '{{ printf "%.3g" .Value }}/s',
  times: '{{ printf "%.3g" .Value }} ×',
  money: '{{ printf "%.2f" .Value }}',
};

/** A number of a query, or `?` where it has none for this subject (which became held between two queries, or nothing answered). */
const number = (ref: QueryRef, unit: RuleUnit) => `{{ with $values.${ref} }}${written[unit]}{{ else }}?{{ end }}`;

/**
 * The rule's sentence as a template of Grafana.
 * @example summaryTemplate({ summary: '{subject}: {value} fail', unit: 'count' })
 * // {{ $labels.subject }}: {{ with $values.value }}{{ printf "%.0f" .Value }}{{ else }}?{{ end }} fail
 */
export function summaryTemplate({ summary, unit }: Pick<AlertRule, 'summary' | 'unit'>): string {
  const filled: Readonly<Record<string, string>> = {
    subject: '{{ $labels.subject }}',
    value: number('value', unit),
    threshold: number('threshold', unit),
  };
  return summary.replace(/\{(subject|value|threshold)\}/g, (whole, name: string) => filled[name] ?? whole);
}

/**
 * Annotations of a rule. Grafana expands `{{ … }}` in them per alert, and of `$` only `${…}`, which never stands in one. A runbook
 * that is no address (a path of the project) is `runbook`: under `runbook_url` Grafana would make a link of it that leads nowhere.
 */
export function annotations(
  rule: AlertRule,
  settings: BuildSettings,
  panels: Panels,
): Readonly<Record<string, string>> {
  const { database, timezone, alerts } = settings;
  const runbook = `${alerts.runbooks}/${rule.name}.md`;
  const panelId = panels.idOf(rule);
  return {
    summary: summaryTemplate(rule),
    description: `${rule.description} Days and clock times are those of ${timezone}. The whole story: SELECT subject, detail FROM ${database}.${alertView(rule)}.`,
    [/^https?:\/\//.test(runbook) ? 'runbook_url' : 'runbook']: runbook,
    ...(panelId !== undefined && {
      __dashboardUid__: pages[rule.watches.page].uid,
      __panelId__: String(panelId),
    }),
  };
}
