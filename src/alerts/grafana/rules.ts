import type { BuildSettings } from '../../dashboards/settings';
import { plainValue, yamlFile } from '../../dashboards/yamlFile';
import type { AlertRule } from '../../packs/rule';
import { alertRules, ruleGroups } from '../../packs/rules';
import { builtRules, channelsOf, duration, groupIntervalSeconds, groupWaitSeconds, repeatSeconds } from '../settings';
import { annotations } from './annotations';
import { conditionRef, contactPointOf, evaluationSeconds, folder, groupBy, muteTimes, orgId, ruleUid } from './names';
import { builtPanels } from './panels';
import type { Panels } from './panels';
import { alertQueries } from './query';

/** Who decides where a rule's messages go: the rule itself, or a tree of notification policies. */
export type Routing = 'rule' | 'policies';

/**
 * rules.yaml: the rules by pack. With routing *rule* each names its contact point, so that no policy of the reader's Grafana has to
 * change; where tidemark.yaml names nobody, that Grafana's policies decide. Known rules that are not installed are deleted: Grafana
 * keeps what a file no longer has.
 * @throws TidemarkError unknown_panel: a mistake in a rule's source.
 */
export function rulesFile(settings: BuildSettings, routing: Routing): string {
  const rules = builtRules(settings);
  const panels = builtPanels(settings);
  const groups = ruleGroups
    .map((group) => ({ group, own: group.rules.filter((rule) => rules.includes(rule)) }))
    .filter(({ own }) => own.length > 0)
    .map(({ group, own }) => ({
      orgId,
      name: group.title,
      folder,
      interval: duration(evaluationSeconds),
      rules: own.map((rule) => grafanaRule(rule, settings, panels, routing)),
    }));
  const gone = alertRules.filter((rule) => !rules.includes(rule)).map((rule) => ({ orgId, uid: ruleUid(rule) }));
  return yamlFile(
    [
      'Alert rules.',
      'Each asks a view of ClickHouse (tidemark migrate makes them): three queries with one label, subject, and one number.',
      'For Grafana 12.2 and newer: older ones overlook keepFiringFor and missing_series_evals_to_resolve. docs/grafana-alerts.md',
    ],
    { apiVersion: 1, ...(groups.length > 0 && { groups }), ...(gone.length > 0 && { deleteRules: gone }) },
  );
}

/** A rule as Grafana's file has it. Keys are spelled as they are read from files; the HTTP API spells some of them otherwise. */
function grafanaRule(rule: AlertRule, settings: BuildSettings, panels: Panels, routing: Routing): object {
  const { database, alerts } = settings;
  const own = annotations(rule, settings, panels);
  // Deadman fires where nobody answers: Alerting keeps its `for` and its text, where Error would tell at once, by another name.
  const noDataState = rule.noData;
  return {
    uid: ruleUid(rule),
    title: rule.title,
    condition: conditionRef,
    data: alertQueries(database, rule, alerts.through),
    // Grafana's own export has both these keys and the annotations of the same meaning.
    ...(own.__panelId__ !== undefined && { dashboardUid: own.__dashboardUid__, panelId: Number(own.__panelId__) }),
    noDataState,
    execErrState: noDataState,
    for: duration(rule.forSeconds),
    keepFiringFor: duration(rule.keepFiringForSeconds),
    missing_series_evals_to_resolve: rule.missingEvals,
    annotations: own,
    labels: labels(rule, settings),
    isPaused: false,
    ...(routing === 'rule' && notification(rule, settings)),
  };
}

/** Labels of a rule's alerts beside `subject`; Grafana expands `$` in them. */
export function labels(rule: AlertRule, { alerts }: Pick<BuildSettings, 'alerts'>): Readonly<Record<string, string>> {
  const pack = ruleGroups.find(({ rules }) => rules.includes(rule))?.name ?? '';
  return { pack, severity: rule.severity, team: plainValue(alerts.team), rule: rule.name };
}

function notification(rule: AlertRule, { alerts }: BuildSettings): object {
  if (channelsOf(alerts, rule.severity).length === 0) return {};
  return {
    notification_settings: {
      receiver: contactPointOf(rule.severity),
      group_by: groupBy,
      group_wait: duration(groupWaitSeconds),
      group_interval: duration(groupIntervalSeconds),
      repeat_interval: duration(repeatSeconds[rule.severity]),
      ...(rule.severity === 'info' &&
        rule.noData === 'KeepLast' && { mute_time_intervals: [muteTimes.nights, muteTimes.weekends] }),
    },
  };
}
