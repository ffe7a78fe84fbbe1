import type { AlertRule, Severity } from '../../packs/rule';

/** Organisation of everything that is provisioned. */
export const orgId = 1;

/** Folder of the rules: the one of the dashboards. */
export const folder = 'Tidemark';

/** Between two evaluations; Grafana takes multiples of 10 s. */
export const evaluationSeconds = 60;

/** RefIds of a rule's queries, in order, and the columns that they read; words, because messages name them. */
export const queryRefs = ['firing', 'value', 'threshold'] as const;
export type QueryRef = (typeof queryRefs)[number];

/** RefId of the expression that decides. */
export const conditionRef = 'condition';

/** Uid of a rule in Grafana: at most 40 characters, `[a-z][a-z0-9-]*`. Stable, as Grafana knows the rule by it. */
export const ruleUid = ({ name }: Pick<AlertRule, 'name'>): string => `tm-${name.replaceAll('_', '-')}`;

/** Contact points: one for critical alerts, one for all others. */
export const contactPoints = { critical: 'tidemark-critical', other: 'tidemark-warning' } as const;

/** The contact point of a severity. */
export const contactPointOf = (severity: Severity): string =>
  severity === 'critical' ? contactPoints.critical : contactPoints.other;

/** Mute timings, in the reporting zone. */
export const muteTimes = { nights: 'tidemark-nights', weekends: 'tidemark-weekends' } as const;

/** Labels by which messages are grouped: one message per rule. Grafana asks for these two in any case. */
export const groupBy = ['grafana_folder', 'alertname'] as const;

/** Environment of Grafana's server that holds what must not stand in a file. */
export const secretEnv = { slackUrl: 'TIDEMARK_SLACK_URL', slackToken: 'TIDEMARK_SLACK_TOKEN' } as const;

/** Templates of messages that contact points name. */
export const templateNames = {
  slackTitle: 'tidemark.slack.title',
  slackText: 'tidemark.slack.text',
  emailSubject: 'tidemark.email.subject',
  emailText: 'tidemark.email.text',
} as const;
