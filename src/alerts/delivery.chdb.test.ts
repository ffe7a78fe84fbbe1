import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { alertRules } from '../packs/rules';
import { freePort } from '../services/ports';
import { startAlertmanager } from '../testing/alertmanager';
import type { TestAlertmanager } from '../testing/alertmanager';
import { startEngine } from '../testing/engine';
import type { TestEngine } from '../testing/engine';
import { catchEmail, catchSlack } from '../testing/messages';
import type { Catcher, Email, SlackMessage } from '../testing/messages';
import { runTidemark } from '../testing/tidemark';

/*
 * From rows in a source table to Slack and email, all of it real: the engine, `tidemark migrate`, refreshes, alert views,
 * `tidemark alerts run`, Alertmanager with the files of `tidemark build`. Shortened: refreshes each second, waiting times of the rules
 * sixty times as fast (--speed 60: five minutes are five seconds), Alertmanager's group wait and interval. Only two rules are on, so
 * that each message is one of them.
 */
const program = join(__dirname, '..', '..', 'bin', 'tidemark.js');
const rulesOn = ['error_rate', 'deadman'];
jest.setTimeout(240_000);

let dir: string;
let engine: TestEngine;
let slack: Catcher<SlackMessage>;
let email: Catcher<Email>;
let alertmanager: TestAlertmanager;
let evaluator: ChildProcess | undefined;
const logs: string[] = [];

const tidemark = async (...args: string[]) => {
  const ran = await runTidemark([...args, '--config', join(dir, 'tidemark.yaml')], {}, dir);
  if (ran.code !== 0) throw new Error(`tidemark ${args.join(' ')}: ${ran.stdout}${ran.stderr}`);
  return ran.stdout;
};

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'tidemark-delivery-'));
  mkdirSync(join(dir, 'data'));
  const port = await freePort();
  [engine, slack, email] = await Promise.all([startOn(port), catchSlack(), catchEmail()]);
  writeFileSync(join(dir, 'slack_url'), slack.address);
  writeFileSync(
    join(dir, 'tidemark.yaml'),
    `version: 1
connection: { url: '${engine.url}' }
reporting: { timezone: Europe/Berlin }
refresh: { everySeconds: 1, delaySeconds: 0 }
roles:
  requests:
    table: shop.requests
    class: append
    columns: { id: id, time: at, service: service, release: release, durationMs: ms, status: status, ingestedAt: seen }
alerts:
  off: [${alertRules
    .map(({ name }) => name)
    .filter((name) => !rulesOn.includes(name))
    .join(', ')}]
  grafana: https://grafana.example.com
  runbooks: https://example.com/runbooks
  secrets: ${dir}
  slack: { channel: '#alerts' }
  email: { to: [ops@example.com], from: tidemark@example.com, smarthost: '${email.address}', requireTls: false }
`,
  );
  await engine.db.command('CREATE DATABASE shop');
  await engine.db.command(
    'CREATE TABLE shop.requests (id UInt64, at DateTime64(3), service String, release String, ms Float64, status UInt16, seen DateTime64(3) DEFAULT now64(3)) ENGINE = ReplacingMergeTree ORDER BY (service, at, id)',
  );
  await tidemark('migrate');
  await tidemark('build');
  alertmanager = await startAlertmanager(dir, { groupWait: '1s', groupInterval: '2s' });
}, 240_000);

afterAll(async () => {
  evaluator?.kill('SIGKILL');
  await Promise.all([alertmanager?.stop(), slack?.stop(), email?.stop(), engine?.stop()]);
  rmSync(dir, { recursive: true, force: true });
});

const startOn = (port: number) => startEngine({ dataDir: join(dir, 'data'), args: ['--port', String(port)] });

function run(): ChildProcess {
  const args = [program, 'alerts', 'run', '--alertmanager', alertmanager.url, '--interval', '5s', '--speed', '60'];
  const child = spawn(process.execPath, args, { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.on('data', (chunk: Buffer) => logs.push(...chunk.toString().trim().split('\n')));
  child.stderr.on('data', (chunk: Buffer) => logs.push(chunk.toString()));
  return child;
}

const seconds = (n: number) => new Promise((resolve) => setTimeout(resolve, n * 1000));

/** Waits until so many messages came both ways, and a little for one too many. */
async function received(count: number, within: number): Promise<void> {
  const endMs = Date.now() + within * 1000;
  while ((slack.messages.length < count || email.messages.length < count) && Date.now() < endMs) await seconds(0.2);
  await seconds(2.5);
  const told = `Slack: ${slack.messages.map(({ title }) => title).join(' | ')}; email: ${email.messages.map(({ subject }) => subject).join(' | ')}; log: ${logs.slice(-8).join('\n')}`;
  expect([slack.messages.length, email.messages.length, told]).toEqual([count, count, told]);
}

/** Requests of the last four whole minutes. */
const insert = (from: number, count: number, failing: number) =>
  engine.db.command(
    `INSERT INTO shop.requests (id, at, service, release, ms, status)
     SELECT ${from} + number, toStartOfMinute(now()) - 1 - number % 240, 'api', '2.1', 20, if(number < ${failing}, 503, 200) FROM numbers(${count})`,
  );

test('an incident, a kill -9 and a ClickHouse that is away: each beginning and each end is one message in Slack and one email', async () => {
  evaluator = run();
  await insert(0, 2_400, 240);
  await received(1, 60);

  evaluator.kill('SIGKILL');
  evaluator = run();
  const restarted = () => logs.filter((line) => line.includes('state read')).length === 2;
  for (let i = 0; i < 100 && !restarted(); i++) await seconds(0.2);
  expect(restarted()).toBe(true);
  await received(1, 1);

  const port = Number(new URL(engine.url).port);
  await engine.kill();
  await received(2, 30);
  engine = await startOn(port);
  await received(3, 60);

  await insert(10_000, 60_000, 0);
  await received(4, 90);

  expect(slack.messages.map(({ title }) => title)).toEqual([
    '🔴 Critical: Error rate, api 2.1',
    '🔴 Critical: ClickHouse does not answer',
    '🟢 Over: ClickHouse does not answer',
    '🟢 Over: Error rate, api 2.1',
  ]);
  expect(email.messages.map(({ subject }) => subject)).toEqual(slack.messages.map(({ title }) => title));
  const done = new Promise<number | null>((resolve) => evaluator?.once('exit', resolve));
  evaluator.kill('SIGTERM');
  expect(await done).toBe(0);
});

/** Clock times, dates, lengths and percentages differ from run to run. */
const shape = (text: string): string =>
  text
    .replace(/\d{4}-\d\d-\d\d/g, 'DAY')
    .replace(
      /\b\d{1,2} (January|February|March|April|May|June|July|August|September|October|November|December)\b/g,
      'DAY',
    )
    .replace(/\d\d:\d\d/g, 'TIME')
    .replace(/\b(\d+ [dhms] ?)+(?=[,.])/g, 'SOME TIME')
    .replace(/[\d.,]*\d/g, 'N')
    .trim();

test('docs/alerts.md shows the messages as they came', () => {
  if (process.env['TIDEMARK_WRITE_DOCS'])
    writeFileSync(
      join(tmpdir(), 'tidemark-messages.json'),
      JSON.stringify({ slack: slack.messages, email: email.messages }, null, 2),
    );
  const docs = readFileSync(join(__dirname, '..', '..', 'docs', 'alerts.md'), 'utf8');
  const blocks = [...docs.matchAll(/```text\n([\s\S]*?)```/g)].map(([, block = '']) => shape(block));
  for (const { title, text } of slack.messages) expect(blocks).toContainEqual(shape(`${title}\n${text}`));
  for (const { subject, text } of email.messages) expect(blocks).toContainEqual(shape(`${subject}\n\n${text}`));
});
