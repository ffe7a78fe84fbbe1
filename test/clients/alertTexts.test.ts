import { parse } from 'yaml';

import { summaryTemplate } from '../../src/alerts/grafana/annotations';
import { templateNames } from '../../src/alerts/grafana/names';
import { templatesFile } from '../../src/alerts/grafana/templates';
import { ruleUnits } from '../../src/packs/rule';
import { alertRules } from '../../src/packs/rules';
import { errorRate } from '../../src/packs/service/rules/errorRate';
import { buildGoClients, runGoClients } from '../go/run';
import type { GoOrder } from '../go/run';

beforeAll(buildGoClients, 300_000);

type Fill = NonNullable<GoOrder['fill']>;

const { templates: [file] = [] } = parse(templatesFile({ timezone: 'Europe/Berlin' })) as {
  templates: { template: string }[];
};
const fill = async (messages: Fill['messages'], annotations: Fill['annotations'] = []) =>
  (await runGoClients({ fill: { templates: file?.template ?? '', messages, annotations } })).texts ?? [];

const alert = (subject: string, more: object = {}) => ({
  status: 'firing',
  labels: { alertname: 'Error rate', severity: 'critical', subject },
  annotations: {
    summary: `${subject}: 10% of the requests failed in the last five whole minutes, more than 2% may.`,
    runbook_url: 'https://wiki.example/error_rate.md',
  },
  startsAt: '2026-03-29T01:05:00Z',
  endsAt: '0001-01-01T00:00:00Z',
  panelURL: 'https://grafana.example/d/tidemark-operations?viewPanel=8',
  silenceURL: 'https://grafana.example/alerting/silence/new?x=1',
  ...more,
});
const over = { status: 'resolved', endsAt: '2026-03-29T01:35:00Z' };

/** All four texts of one message. */
const message = (alerts: readonly ReturnType<typeof alert>[], commonLabels: object): Fill['messages'] => {
  const status = alerts.some((a) => a.status === 'firing') ? 'firing' : 'resolved';
  const data = { status, alerts, commonLabels: { alertname: 'Error rate', severity: 'critical', ...commonLabels } };
  return Object.values(templateNames).map((template) => ({ template, data }));
};

test('one subject: verdict, rule and subject first, then the sentence, then links', async () => {
  const [title, text, subject, mail] = await fill(message([alert('api 2.1')], { subject: 'api 2.1' }));
  expect(title).toBe('🔴 Critical: Error rate, api 2.1');
  expect(text).toBe(
    [
      'api 2.1: 10% of the requests failed in the last five whole minutes, more than 2% may.',
      'Since Sun 29 Mar 03:05 CEST.',
      '<https://grafana.example/d/tidemark-operations?viewPanel=8|Panel> · <https://wiki.example/error_rate.md|Runbook> · <https://grafana.example/alerting/silence/new?x=1|Silence>',
      '',
      '',
    ].join('\n'),
  );
  expect(subject).toBe(title);
  expect(mail).toBe(
    [
      'api 2.1: 10% of the requests failed in the last five whole minutes, more than 2% may.',
      'Since Sun 29 Mar 03:05 CEST.',
      'Panel: https://grafana.example/d/tidemark-operations?viewPanel=8',
      'Runbook: https://wiki.example/error_rate.md',
      'Silence: https://grafana.example/alerting/silence/new?x=1',
      '',
      '',
    ].join('\n'),
  );
});

test('over: what, and how long it lasted', async () => {
  const [title, text] = await fill(message([alert('api 2.1', over)], { subject: 'api 2.1' }));
  expect(title).toBe('✅ Over: Error rate, api 2.1');
  expect(text).toBe('api 2.1: over. It lasted from Sun 29 Mar 03:05 to Sun 29 Mar 03:35 CEST.\n');
  const [all] = await fill(message([alert('a', over), alert('b', over)], {}));
  expect(all).toBe('✅ Over: Error rate, all 2 of them');
});

test('several subjects are counted and told of one by one, ten at most', async () => {
  const many = [...Array.from({ length: 12 }, (_, i) => alert(`s${i}`)), alert('gone', over)];
  const [title, text = '', , mail = ''] = await fill(message(many, {}));
  expect(title).toBe('🔴 Critical: Error rate, 12 firing, 1 over');
  expect(text.match(/^s\d+: /gm)).toEqual(Array.from({ length: 10 }, (_, i) => `s${i}: `));
  expect(
    text.endsWith('These are 10 of 12.\n\ngone: over. It lasted from Sun 29 Mar 03:05 to Sun 29 Mar 03:35 CEST.\n'),
  ).toBe(true);
  expect(mail.match(/^Panel: /gm)).toHaveLength(10);
  const [warning, info] = await fill([
    ...message([alert('a'), alert('b')], { severity: 'warning' }).slice(0, 1),
    ...message([alert('a'), alert('b')], { severity: 'info' }).slice(0, 1),
  ]);
  expect([warning, info]).toEqual(['🟠 Warning: Error rate, 2 firing', '🔵 Info: Error rate, 2 firing']);
});

test('while ClickHouse does not answer, the message has the reason', async () => {
  const labels = { alertname: 'ClickHouse does not answer', severity: 'critical', subject: 'ClickHouse' };
  const annotations = { summary: 'ClickHouse does not answer: …', Error: 'dial tcp <1>: connection refused' };
  const [title, text = ''] = await fill(message([alert('', { labels, annotations, panelURL: '' })], labels));
  expect(title).toBe('🔴 Critical: ClickHouse does not answer, ClickHouse');
  expect(text.split('\n').slice(0, 2)).toEqual([
    'ClickHouse does not answer: …',
    'Grafana was told: dial tcp &lt;1&gt;: connection refused',
  ]);
});

test('a rule that cannot be asked is told by its own name, not by that of the failure', async () => {
  const labels = { alertname: 'DatasourceError', rulename: 'Error rate', severity: 'critical' };
  const annotations = { summary: '[no value]: ?', Error: 'dial tcp: connection refused' };
  const failed = alert('', { labels, annotations, panelURL: '' });
  const [title, text = ''] = await fill(message([failed], labels));
  expect(title).toBe('🔴 Critical: Error rate');
  expect(text.split('\n').slice(0, 2)).toEqual([
    'The rule could not be asked.',
    'Grafana was told: dial tcp: connection refused',
  ]);
  const quiet = alert('', { labels: { ...labels, alertname: 'DatasourceNoData' }, annotations: { summary: '' } });
  expect((await fill(message([quiet], labels)))[1]?.split('\n')[0]).toBe('The rule got no answer.');
});

test('a subject cannot call the whole channel', async () => {
  const evil = '<!channel> & <https://evil.example|ok>';
  const [title, text, subject] = await fill(message([alert(evil)], { subject: evil }));
  const harmless = '&lt;!channel&gt; &amp; &lt;https://evil.example|ok&gt;';
  expect(title).toBe(`🔴 Critical: Error rate, ${harmless}`);
  expect(text?.startsWith(`${harmless}: 10%`)).toBe(true);
  expect(subject).toContain(evil);
});

test('a runbook that is a path of the project is no link', async () => {
  const annotations = { summary: 's', runbook: 'docs/runbooks/error_rate.md' };
  const [, text = '', , mail = ''] = await fill(message([alert('a', { annotations })], { subject: 'a' }));
  expect(text).toContain('|Panel> · Runbook: docs/runbooks/error_rate.md · <');
  expect(mail).toContain('\nRunbook: docs/runbooks/error_rate.md\n');
});

test('sentences have their numbers in the unit of the rule, and a question mark for what is not known', async () => {
  const values = { value: 0.1234, threshold: 0.02 };
  const numbers: Readonly<Record<(typeof ruleUnits)[number], readonly [number, string]>> = {
    ratio: [0.1234, '12.34%'],
    ms: [1234.5, '1234 ms'],
    seconds: [5400, '1h 30m 0s'],
    bytes: [1_610_612_736, '1.5GiB'],
    count: [123_456, '123456'],
    rate: [12.345, '12.3/s'],
    times: [1.5, '1.5 ×'],
    money: [1234.5, '1234.50'],
  };
  const texts = await fill(
    [],
    [
      { text: summaryTemplate(errorRate), labels: { subject: 'api 2.1' }, values },
      { text: summaryTemplate(errorRate), labels: { subject: 'api 2.1' }, values: {} },
      ...ruleUnits.map((unit) => ({
        text: summaryTemplate({ summary: '{value}', unit }),
        labels: {},
        values: { value: numbers[unit][0] },
      })),
    ],
  );
  expect(texts.slice(0, 2)).toEqual([
    'api 2.1: 12.34% of the requests failed in the last five whole minutes, more than 2% may.',
    'api 2.1: ? of the requests failed in the last five whole minutes, more than ? may.',
  ]);
  expect(texts.slice(2)).toEqual(ruleUnits.map((unit) => numbers[unit][1]));
});

test('the sentence of every rule can be filled in', async () => {
  const labels = { subject: 'the subject' };
  const texts = await fill(
    [],
    alertRules.map((rule) => ({ text: summaryTemplate(rule), labels, values: { firing: 1, value: 1, threshold: 2 } })),
  );
  texts.forEach((text, i) => {
    expect([alertRules[i]?.name, text]).toEqual([alertRules[i]?.name, expect.not.stringMatching(/[{}]|no value/)]);
    // One sentence for a phone.
    expect(text.length).toBeLessThan(250);
  });
});
