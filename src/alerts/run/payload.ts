import type { AlertRule } from '../../packs/rule';
import { groupOf } from '../../packs/rules';
import { alertMessage } from '../message';
import type { Saying } from './episode';
import { leaseIntervals } from './episode';
import { overText, sinceText } from './texts';

/** An alert as Alertmanager's API v2 takes it. Instants are ISO texts. */
export interface PostableAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL?: string;
}

/** What of the configuration stands in alerts. */
export interface PayloadSettings {
  readonly team: string;
  /** IANA zone of clock times. */
  readonly timezone: string;
  /** Address below which the runbooks are read. */
  readonly runbooks: string;
  readonly intervalMs: number;
  /** Address of the panel that shows a rule; `undefined` where nobody knows Grafana's. */
  linkOf(rule: AlertRule): string | undefined;
}

/** Who an alert is about, in a message. One that tells that nobody answers is about the rule, whichever subject was known before. */
const nameOf = (rule: AlertRule, subject: string): string =>
  subject === '' || rule.noData === 'Alerting' ? rule.title : subject;

/** The labels by which Alertmanager knows an alert; nothing that changes may be among them. An empty subject has no label. */
export const labelsOf = (rule: AlertRule, subject: string, team: string): Readonly<Record<string, string>> => ({
  alertname: rule.title,
  rule: rule.name,
  ...(subject !== '' && { subject }),
  pack: groupOf(rule).name,
  severity: rule.severity,
  team,
});

/**
 * The alert that says it. One that fires ends by itself four intervals from now unless it is said again, so that nothing fires for
 * ever when the evaluator is gone.
 */
export function payload(
  rule: AlertRule,
  { episode, kind }: Saying,
  settings: PayloadSettings,
  nowMs: number,
): PostableAlert {
  const { subject, value, threshold, detail, startsAtMs } = episode;
  const { team, timezone, runbooks, intervalMs } = settings;
  const endedAtMs = episode.endedAtMs ?? nowMs;
  const link = settings.linkOf(rule);
  const annotations = {
    summary: alertMessage(rule, { subject: nameOf(rule, subject), value, threshold }),
    detail,
    value: String(value),
    threshold: String(threshold),
    since: sinceText(startsAtMs, timezone),
    runbook: `${runbooks}/${rule.name}.md`,
    ...(link !== undefined && { link }),
    ...(kind === 'over' && { over: overText(nameOf(rule, subject), { ...episode, endedAtMs }, timezone) }),
  };
  return {
    labels: labelsOf(rule, subject, team),
    annotations,
    startsAt: iso(startsAtMs),
    // Never before its beginning: Alertmanager refuses that, and a clock may have gone back.
    endsAt: iso(kind === 'over' ? Math.max(endedAtMs, startsAtMs) : nowMs + leaseIntervals * intervalMs),
    ...(link !== undefined && { generatorURL: link }),
  };
}

const iso = (ms: number): string => new Date(ms).toISOString();
