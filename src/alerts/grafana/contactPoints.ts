import type { AlertsConfig } from '../../config/config';
import type { BuildSettings } from '../../dashboards/settings';
import { envReference, plainValue, yamlFile } from '../../dashboards/yamlFile';
import type { Severity } from '../../packs/rule';
import { channelsOf } from '../settings';
import type { Channel } from '../settings';
import { contactPointOf, orgId, secretEnv, templateNames } from './names';

/** A text of a contact point: only the name of a template, because Grafana expands `$` in settings, and templates need theirs. */
const template = (name: string) => `{{ template "${name}" . }}`;

/**
 * contactpoints.yaml: one for critical alerts, one for all others, each with the ways that {@link channelsOf} gives its severity.
 * Addresses and tokens of Slack are references to the environment of Grafana's server. `undefined` where tidemark.yaml names nobody.
 */
export function contactPointsFile({ alerts }: Pick<BuildSettings, 'alerts'>): string | undefined {
  const points = (['critical', 'warning'] as const).flatMap((severity) => {
    const channels = channelsOf(alerts, severity);
    if (channels.length === 0) return [];
    return [
      {
        orgId,
        name: contactPointOf(severity),
        receivers: channels.map((channel) => receiver(channel, severity, alerts)),
      },
    ];
  });
  if (points.length === 0) return undefined;
  const secrets = alerts.slack ? [alerts.slack.by === 'token' ? secretEnv.slackToken : secretEnv.slackUrl] : [];
  return yamlFile(
    ['Contact points.', ...secrets.map((name) => `Set ${name} in the environment of Grafana's server.`)],
    { apiVersion: 1, contactPoints: points },
  );
}

function receiver(channel: Channel, severity: Severity, alerts: AlertsConfig): object {
  return {
    uid: `tm-${channel}-${severity}`,
    type: channel,
    disableResolveMessage: false,
    settings: channel === 'slack' ? slackSettings(alerts) : emailSettings(alerts),
  };
}

function slackSettings({ slack }: AlertsConfig): object {
  const way =
    slack?.by === 'token'
      ? { token: envReference(secretEnv.slackToken), recipient: plainValue(slack.channel) }
      : { url: envReference(secretEnv.slackUrl) };
  return { ...way, title: template(templateNames.slackTitle), text: template(templateNames.slackText) };
}

const emailSettings = ({ email }: AlertsConfig): object => ({
  addresses: plainValue((email?.to ?? []).join(';')),
  singleEmail: true,
  subject: template(templateNames.emailSubject),
  message: template(templateNames.emailText),
});
