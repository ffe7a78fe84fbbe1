import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { parse } from 'yaml';

import { defaultAlerts } from '../../config/config';
import type { AlertsConfig } from '../../config/config';
import { defaultSettings } from '../../dashboards/settings';
import type { BuildSettings } from '../../dashboards/settings';
import { startAlertmanager } from '../../testing/alertmanager';
import { watchedPipeline } from '../../testing/config';
import { ruleGroups } from '../../packs/rules';
import { alertFiles, possibleAlertPaths } from '../files';

const slack = { channel: '#alerts', by: 'webhook' } as const;
const email = {
  to: ['ops@example.com', 'cto@example.com'],
  from: 'tidemark@example.com',
  smarthost: 'smtp.example.com:587',
  user: 'tidemark',
  requireTls: true,
};
const kinds: Readonly<Record<string, Partial<AlertsConfig>>> = {
  nobody: {},
  'slack and email': { slack, email },
  'slack by token': { slack: { channel: '#ops', by: 'token' } },
  'email only': { email: { ...email, requireTls: false } },
  'a pipeline': { slack },
};
const [shop] = watchedPipeline.pipelines;
const pipelines: Readonly<Record<string, BuildSettings['pipelines']>> = {
  'a pipeline': [
    { ...shop!, roles: ['events', 'orders'] },
    { name: 'crm', kind: 'materialized', roles: ['requests'], tables: [], checks: [] },
  ],
};

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'tidemark-am-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Writes what is built for a kind; the path of alertmanager.yml. */
function write(kind: string): string {
  const alerts = { ...defaultAlerts, ...kinds[kind] };
  const settings = { ...defaultSettings, timezone: 'Europe/Berlin', alerts, pipelines: pipelines[kind] ?? [] };
  for (const { path, content } of alertFiles(settings)) {
    const target = join(dir, kind, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
  }
  return join(dir, kind, 'provisioning/alertmanager/alertmanager.yml');
}

function amtool(...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync('amtool', args, { encoding: 'utf8' });
  if (error) throw new Error(`amtool (${error.message}): run node scripts/installTestTools.mjs`);
  return status === 0 ? stdout.trim() : `${status}: ${stdout}${stderr}`;
}

test.each(Object.keys(kinds))('amtool takes the files for %s', (kind) => {
  expect(amtool('check-config', write(kind))).toMatch(/SUCCESS[\s\S]*3 receivers[\s\S]*1 templates\s+SUCCESS$/);
});

test.each([
  ['critical', 'tidemark-critical'],
  ['warning', 'tidemark-warning'],
  ['info', 'tidemark-info'],
])('%s goes to %s', (severity, receiver) => {
  const file = write('slack and email');
  expect(amtool('config', 'routes', 'test', `--config.file=${file}`, `severity=${severity}`, 'pack=service')).toBe(
    receiver,
  );
});

interface Receiver {
  readonly name: string;
  readonly slack_configs?: readonly Readonly<Record<string, unknown>>[];
  readonly email_configs?: readonly Readonly<Record<string, unknown>>[];
}
const receivers = (kind: string): readonly Receiver[] =>
  (parse(readFileSync(write(kind), 'utf8')) as { receivers: readonly Receiver[] }).receivers;
const channels = (kind: string) =>
  receivers(kind).map((r) =>
    [r.slack_configs ? 'slack' : '', r.email_configs ? 'email' : ''].filter(Boolean).join('+'),
  );

test('critical is sent by every way there is, warning in Slack and by email only without it, info the same', () => {
  expect(channels('slack and email')).toEqual(['slack+email', 'slack', 'slack']);
  expect(channels('slack by token')).toEqual(['slack', 'slack', 'slack']);
  expect(channels('email only')).toEqual(['email', 'email', 'email']);
  expect(channels('nobody')).toEqual(['', '', '']);
});

test('secrets are files, named at the top; only the end of an info is not told', () => {
  const file = readFileSync(write('slack and email'), 'utf8');
  expect(file).toContain('#   /etc/alertmanager/secrets/slack_url  the Slack webhook’s address');
  expect(file).toContain('#   /etc/alertmanager/secrets/smtp_password  password of tidemark at smtp.example.com:587');
  const [critical, , info] = receivers('slack and email');
  expect(critical?.slack_configs?.[0]).toMatchObject({
    api_url_file: '/etc/alertmanager/secrets/slack_url',
    send_resolved: true,
  });
  expect(critical?.email_configs?.[0]).toMatchObject({
    to: 'ops@example.com, cto@example.com',
    auth_username: 'tidemark',
    auth_password_file: '/etc/alertmanager/secrets/smtp_password',
  });
  expect(info?.slack_configs?.[0]).toMatchObject({ send_resolved: false });
  const [byToken] = receivers('slack by token');
  expect(byToken?.slack_configs?.[0]).toMatchObject({
    channel: '#ops',
    api_url: 'https://slack.com/api/chat.postMessage',
    http_config: { authorization: { credentials_file: '/etc/alertmanager/secrets/slack_token' } },
  });
  expect(readFileSync(write('nobody'), 'utf8')).toContain('Nobody is told yet');
});

test('the committed files are those that are built, and no other is ever built', () => {
  const built = alertFiles(defaultSettings);
  expect(built.filter(({ path }) => !possibleAlertPaths.includes(path))).toEqual([]);
  for (const { path, content } of built)
    expect([path, readFileSync(join(__dirname, '../../..', path), 'utf8') === content]).toEqual([path, true]);
});

interface Told {
  readonly labels: Readonly<Record<string, string>>;
  readonly status: { readonly inhibitedBy: readonly string[] };
}

/** Which of some alerts Alertmanager mutes, as `rule subject`. */
async function muted(url: string, alerts: readonly (readonly [rule: string, subject: string])[]): Promise<string[]> {
  const post = alerts.map(([name, subject]) => {
    const { rules, name: pack } = ruleGroups.find((g) => g.rules.some((rule) => rule.name === name))!;
    const { title, severity } = rules.find((rule) => rule.name === name)!;
    return { labels: { alertname: title, rule: name, subject, pack, severity, team: 'data' } };
  });
  const headers = { 'Content-Type': 'application/json' };
  await fetch(`${url}/api/v2/alerts`, { method: 'POST', headers, body: JSON.stringify(post) });
  const said = async () => (await (await fetch(`${url}/api/v2/alerts`)).json()) as Told[];
  for (let i = 0; i < 100; i++) {
    const told = await said();
    const found = told.filter(({ status }) => status.inhibitedBy.length > 0);
    // Alerts get to the muting and to the API by different ways: one that must be mute tells that all have come.
    if (told.length === alerts.length && found.length > 0)
      return found.map(({ labels: l }) => `${l['rule']} ${l['subject']}`).sort();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return [];
}

test('while a pipeline is critical, Alertmanager mutes the rules of its roles and no others', async () => {
  write('a pipeline');
  const run = await startAlertmanager(join(dir, 'a pipeline'), { groupWait: '1s', groupInterval: '1s' });
  try {
    expect(
      await muted(run.url, [
        ['cdc_replication_lag', 'shop'],
        ['cdc_replication_lag_high', 'shop'],
        ['dau_drop', 'daily active users'],
        ['funnel_drop', 'signup'],
        ['refund_spike', 'all'],
        ['mrr_mismatch', 'EUR'],
        ['error_rate', 'api 2.1'],
        ['ch_parts', 'shop.orders'],
      ]),
    ).toEqual(['dau_drop daily active users', 'funnel_drop signup', 'refund_spike all']);
  } finally {
    await run.stop();
  }
}, 30_000);

test('while nobody looks at a source, Alertmanager mutes what only it sees', async () => {
  write('a pipeline');
  const run = await startAlertmanager(join(dir, 'a pipeline'), { groupWait: '1s', groupInterval: '1s' });
  try {
    expect(
      await muted(run.url, [
        ['collector_down', 'postgres main'],
        ['cdc_slot_lost', 'shop tidemark'],
        ['cdc_wal_budget', 'main old'],
        ['cdc_slot_lost', 'crm tidemark'],
        ['cdc_replication_lag', 'crm'],
        ['kafka_lag_time', 'shop ch_orders shop.public.orders'],
        ['connector_down', 'shop shop'],
      ]),
    ).toEqual(['cdc_slot_lost shop tidemark', 'cdc_wal_budget main old']);
  } finally {
    await run.stop();
  }
}, 30_000);

/** What a template says of alerts, by amtool. */
function rendered(name: string, data: object): string {
  const file = join(dir, 'data.json');
  writeFileSync(file, JSON.stringify(data));
  const glob = join(dirname(write('nobody')), 'tidemark.tmpl');
  return amtool(
    'template',
    'render',
    `--template.glob=${glob}`,
    `--template.data=${file}`,
    `--template.text={{ template "${name}" . }}`,
  );
}

const labels = { alertname: 'Error rate', rule: 'error_rate', pack: 'service', severity: 'critical', team: 'data' };
const firing = (subject: string) => ({
  status: 'firing',
  labels: { ...labels, subject },
  annotations: {
    summary: `${subject}: 10 % of the requests failed in the last five whole minutes, more than 2 % may.`,
    detail: '10 % of 2,000 requests failed from 12:00 to 12:05 (UTC)',
    since: 'Since 12:05 (UTC)',
    runbook: 'https://example.com/runbooks/error_rate.md',
    link: 'https://grafana.example.com/d/tidemark-operations',
  },
});
const resolved = (over?: string) => ({
  status: 'resolved',
  labels: { ...labels, subject: 'api 2.1' },
  annotations: { summary: 'x', ...(over !== undefined && { over }) },
});
const group = (...alerts: readonly { readonly labels: { readonly subject: string } }[]) => ({
  status: 'firing',
  groupLabels: { alertname: 'Error rate', pack: 'service' },
  commonLabels: { ...labels, ...(alerts.length === 1 && { subject: alerts[0]?.labels.subject }) },
  commonAnnotations: {},
  alerts,
});

describe('a message', () => {
  test('in Slack says what fires, its story, since when, and where to read on', () => {
    const data = group(firing('api <2.1> & co'));
    expect(rendered('tidemark.slack.title', data)).toBe('🔴 Critical: Error rate, api <2.1> & co');
    expect(rendered('tidemark.slack.link', data)).toBe('https://grafana.example.com/d/tidemark-operations');
    expect(rendered('tidemark.slack.text', data)).toBe(
      `*api &lt;2.1&gt; &amp; co: 10 % of the requests failed in the last five whole minutes, more than 2 % may.*
10 % of 2,000 requests failed from 12:00 to 12:05 (UTC)
Since 12:05 (UTC) · <https://example.com/runbooks/error_rate.md|What to do>`,
    );
  });

  test('of several puts what fires before what is over', () => {
    const data = group(firing('a'), firing('b'), resolved('api 2.1 is over after 36 m.'));
    expect(rendered('tidemark.slack.title', data)).toBe('🔴 Critical: Error rate, 2 firing, 1 over');
    const text = rendered('tidemark.slack.text', data);
    expect(text.split('\n').filter((line) => /^(\*|🟢)/.test(line))).toEqual([
      expect.stringMatching(/^\*a: /),
      expect.stringMatching(/^\*b: /),
      '🟢 api 2.1 is over after 36 m.',
    ]);
  });

  test('of an end says what is over, also where only Alertmanager noticed', () => {
    expect(rendered('tidemark.email.subject', group(resolved('api 2.1 is over.')))).toBe(
      '🟢 Over: Error rate, api 2.1',
    );
    expect(rendered('tidemark.slack.text', group(resolved('api 2.1 is over.')))).toBe('api 2.1 is over.');
    expect(rendered('tidemark.email.text', group(resolved()))).toBe(
      'api 2.1: not reported any more.\n\nSent by Tidemark (data, critical).',
    );
    expect(rendered('tidemark.slack.text', group(resolved()))).toBe('api 2.1: not reported any more.');
  });

  test('by email is readable as text', () => {
    expect(rendered('tidemark.email.subject', group(firing('api 2.1')))).toBe('🔴 Critical: Error rate, api 2.1');
    expect(rendered('tidemark.email.text', group(firing('api 2.1')))).toBe(
      `api 2.1: 10 % of the requests failed in the last five whole minutes, more than 2 % may.
10 % of 2,000 requests failed from 12:00 to 12:05 (UTC)
Since 12:05 (UTC)
Dashboard: https://grafana.example.com/d/tidemark-operations
What to do: https://example.com/runbooks/error_rate.md

Sent by Tidemark (data, critical).`,
    );
    expect(rendered('tidemark.email.html', group(firing('a <b>')))).toContain('What to do</a>');
  });
});
