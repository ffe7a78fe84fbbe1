import { stringify } from 'yaml';

import type { AlertsConfig } from '../../config/config';
import type { BuildSettings } from '../../dashboards/settings';
import { severities } from '../../packs/rule';
import type { Severity } from '../../packs/rule';
import { channelsOf, duration, groupIntervalSeconds, groupWaitSeconds, repeatSeconds } from '../settings';
import { inhibitions } from './inhibit';
import { secretFiles } from './secrets';
import { templatesName } from './templates';

const head = `# Written by tidemark build from tidemark.yaml (section alerts): change it there. docs/alerts.md, "Prometheus' Alertmanager".
# Alertmanager expands no environment variables, so secrets are files that only it may read:
`;
const nobody = `# Nobody is told yet: write alerts.slack or alerts.email in tidemark.yaml and build again.
`;

const receiverOf = (severity: Severity): string => `tidemark-${severity}`;

/** When messages of severity *info* are sent: the complement of Grafana's mute timings. */
const awake = 'tidemark-awake';
const awakeTimes = { weekdays: ['monday:friday'], times: [{ start_time: '07:00', end_time: '22:00' }] };

/**
 * `alertmanager.yml`: *critical* goes to Slack and by email, again every hour; *warning* to Slack, every four hours; *info* to Slack
 * once a day, on working days by day, and its end is not told. A channel that is not configured is left out; without Slack, all go by
 * email.
 */
export function alertmanagerConfig({ alerts, timezone, pipelines }: BuildSettings): string {
  const receiver = (severity: Severity) => {
    const ways = channelsOf(alerts, severity);
    return {
      name: receiverOf(severity),
      ...(ways.includes('slack') && slackOf(alerts, severity)),
      ...(ways.includes('email') && emailOf(alerts, severity)),
    };
  };
  const route = (severity: Severity) => ({
    matchers: [`severity="${severity}"`],
    receiver: receiverOf(severity),
    repeat_interval: duration(repeatSeconds[severity]),
  });
  const content = {
    templates: [templatesName],
    route: {
      receiver: receiverOf('warning'),
      group_by: ['alertname', 'pack'],
      group_wait: duration(groupWaitSeconds),
      group_interval: duration(groupIntervalSeconds),
      repeat_interval: duration(repeatSeconds.warning),
      routes: [route('critical'), { ...route('info'), active_time_intervals: [awake] }],
    },
    inhibit_rules: inhibitions(pipelines),
    time_intervals: [{ name: awake, time_intervals: [{ ...awakeTimes, location: timezone }] }],
    receivers: severities.map(receiver),
  };
  const secrets = secretsNeeded(alerts);
  const listed = secrets.map(({ path, what }) => `#   ${path}  ${what}\n`).join('');
  const told = secrets.length > 0 ? head + listed : `${head.split('\n')[0]}\n`;
  const mute = alerts.slack || alerts.email ? '' : nobody;
  return `${told}${mute}${stringify(content, { lineWidth: 0 })}`;
}

function secretsNeeded({ slack, email, secrets }: AlertsConfig) {
  const file = secretFiles(secrets);
  return [
    ...(slack?.by === 'webhook' ? [{ path: file.slackUrl, what: 'the Slack webhook’s address' }] : []),
    ...(slack?.by === 'token' ? [{ path: file.slackToken, what: 'the Slack app’s token' }] : []),
    ...(email?.user !== undefined
      ? [{ path: file.smtpPassword, what: `password of ${email.user} at ${email.smarthost}` }]
      : []),
  ];
}

/** A Slack receiver; that an info is over is not told. */
function slackOf({ slack, secrets }: AlertsConfig, severity: Severity): object {
  if (!slack) return {};
  const file = secretFiles(secrets);
  const way =
    slack.by === 'webhook'
      ? { api_url_file: file.slackUrl }
      : {
          api_url: 'https://slack.com/api/chat.postMessage',
          http_config: { authorization: { credentials_file: file.slackToken } },
        };
  const text = (name: string) => `{{ template "tidemark.slack.${name}" . }}`;
  const config = {
    ...way,
    channel: slack.channel,
    send_resolved: severity !== 'info',
    color: text('color'),
    title: text('title'),
    title_link: text('link'),
    text: text('text'),
    fallback: text('fallback'),
    footer: '',
    mrkdwn_in: ['text'],
  };
  return { slack_configs: [config] };
}

function emailOf({ email, secrets }: AlertsConfig, severity: Severity): object {
  if (!email) return {};
  const config = {
    to: email.to.join(', '),
    from: email.from,
    smarthost: email.smarthost,
    require_tls: email.requireTls,
    ...(email.user !== undefined && {
      auth_username: email.user,
      auth_password_file: secretFiles(secrets).smtpPassword,
    }),
    send_resolved: severity !== 'info',
    headers: { Subject: '{{ template "tidemark.email.subject" . }}' },
    html: '{{ template "tidemark.email.html" . }}',
    text: '{{ template "tidemark.email.text" . }}',
  };
  return { email_configs: [config] };
}
