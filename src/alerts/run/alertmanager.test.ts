import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { defaultAlerts } from '../../config/config';
import { defaultSettings } from '../../dashboards/settings';
import { errorRate } from '../../packs/service/rules/errorRate';
import { freePort } from '../../services/ports';
import { startAlertmanager } from '../../testing/alertmanager';
import type { TestAlertmanager } from '../../testing/alertmanager';
import { alertFiles } from '../files';
import { alertmanagerAt } from './alertmanager';
import { makeEvaluator } from './evaluator';
import type { PostableAlert } from './payload';
import { labelsOf } from './payload';
import { recalled } from './recall';

jest.setTimeout(60_000);
let dir: string;
let alertmanager: TestAlertmanager;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'tidemark-am-'));
  // Nobody listens at the SMTP server's port, and the file with Slack's address is missing.
  const email = {
    to: ['ops@example.com'],
    from: 'a@example.com',
    smarthost: `127.0.0.1:${await freePort()}`,
    requireTls: false,
  };
  const alerts = { ...defaultAlerts, slack: { channel: '#a', by: 'webhook' }, email, secrets: dir } as const;
  for (const { path, content } of alertFiles({ ...defaultSettings, alerts })) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
  }
  alertmanager = await startAlertmanager(dir, { groupWait: '0s', groupInterval: '1s' });
});
afterAll(async () => {
  await alertmanager?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const startsAt = '2026-03-02T12:05:00.000Z';
const alert = (subject: string, endsAtMs: number): PostableAlert => ({
  labels: labelsOf(errorRate, subject, 'data'),
  annotations: { summary: 'x', value: '0.1', threshold: '0.02', detail: 'story' },
  startsAt,
  endsAt: new Date(endsAtMs).toISOString(),
});

test('what fires there is what an evaluator goes on from that cannot ask ClickHouse', async () => {
  const api = alertmanagerAt(`${alertmanager.url}/`, fetch);
  await api.post([alert('api 2.1', Date.now() + 60_000), alert('web 1', Date.now() - 1_000)]);
  const { states, episodes } = recalled(await api.active(), [errorRate]);
  expect([...states]).toEqual([
    [
      'error_rate',
      {
        health: 'Ok',
        message: '',
        subjects: [
          {
            subject: 'api 2.1',
            state: 'Firing',
            sinceMs: Date.parse(startsAt),
            startsAtMs: Date.parse(startsAt),
            missed: 0,
            held: false,
            asOf: '',
            value: 0.1,
            threshold: 0.02,
            detail: 'story',
          },
        ],
      },
    ],
  ]);
  expect([...episodes.values()]).toMatchObject([{ subject: 'api 2.1', told: 'firing', endedAtMs: null }]);
  expect(recalled(await api.active(), []).states.size).toBe(0);
});

test('a Slack address that is missing and an SMTP server that refuses are told with the key of tidemark.yaml', async () => {
  const api = alertmanagerAt(alertmanager.url, fetch);
  const said: string[] = [];
  const evaluator = makeEvaluator(
    {
      source: { rules: () => Promise.resolve([]), ask: () => Promise.reject(new Error('nobody asks')) },
      store: { load: () => Promise.resolve({ states: new Map(), episodes: new Map() }), save: () => Promise.resolve() },
      alertmanager: api,
      log: (_level, message) => void said.push(message),
      now: Date.now,
      isAway: () => false,
    },
    { off: [], speed: 1, team: '', timezone: 'UTC', runbooks: '', intervalMs: 1, holdMs: 1, linkOf: () => undefined },
  );
  await api.post([alert('api 2.1', Date.now() + 60_000)]);
  const endMs = Date.now() + 20_000;
  while (said.length < 2 && Date.now() < endMs) {
    await evaluator.watchDelivery();
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  expect(said.sort().slice(0, 2)).toEqual([
    expect.stringMatching(/^Alertmanager failed .* to deliver by email\. Look at alerts\.email: smarthost /),
    expect.stringMatching(/^Alertmanager failed .* to deliver by slack\. Look at alerts\.slack: the file slack_url /),
  ]);
});

test('an Alertmanager that is not there, and one that does not understand, are told apart', async () => {
  const gone = alertmanagerAt(`http://user:secret@127.0.0.1:${await freePort()}/prefix`, fetch);
  await expect(gone.post([])).rejects.toMatchObject({
    code: 'alertmanager_unreachable',
    message: expect.stringMatching(
      /^Alertmanager at http:\/\/127\.0\.0\.1:\d+\/prefix cannot be reached \(ECONNREFUSED\)/,
    ) as string,
  });
  const api = alertmanagerAt(alertmanager.url, fetch);
  await expect(api.post([{ ...alert('x', 0), labels: {} }])).rejects.toMatchObject({
    code: 'alertmanager_refused',
    facts: { status: 400 },
  });
});
