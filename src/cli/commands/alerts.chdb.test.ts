import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { PostableAlert } from '../../alerts/run/payload';
import { alertRules } from '../../packs/rules';
import { freePort } from '../../services/ports';
import { startEngine } from '../../testing/engine';
import type { TestEngine } from '../../testing/engine';
import { runTidemark } from '../../testing/tidemark';

const others = alertRules.map(({ name }) => name).filter((name) => name !== 'error_rate' && name !== 'deadman');
const yaml = (url: string, database: string) => `version: 1
connection: { url: '${url}', database: ${database} }
roles:
  requests:
    table: shop.requests
    class: append
    columns: { id: id, time: at, service: service, release: release, durationMs: ms, status: status, ingestedAt: seen }
alerts:
  off: [${others.join(', ')}]
  subjects: { error_rate: [billing 1.0] }
`;
const cases = (state: string) => `tests:
  - name: a release without requests is quiet
    rule: error_rate
    start: 2026-03-02T12:00:00Z
    subjects: [billing 1.0]
    expect:
      - { at: 2m, alerts: [{ subject: billing 1.0, state: ${state} }] }
`;

let engine: TestEngine;
let dir: string;
const tidemark = (...args: string[]) => runTidemark(['alerts', ...args], {}, dir);
const write = (name: string, text: string) => writeFileSync(join(dir, name), text);

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'tidemark-alerts-'));
  engine = await startEngine();
  await engine.db.command('CREATE DATABASE shop');
  await engine.db.command(
    'CREATE TABLE shop.requests (id UInt64, at DateTime64(3), service String, release String, ms Float64, status UInt16, seen DateTime64(3) DEFAULT now64(3)) ENGINE = ReplacingMergeTree ORDER BY (service, at, id)',
  );
  write('tidemark.yaml', yaml(engine.url, 'tidemark'));
  write('other.yaml', yaml(engine.url, 'nothing_here'));
  write('away.yaml', yaml(`http://127.0.0.1:${await freePort()}`, 'tidemark'));
  write('good.yaml', cases('Normal'));
  write('bad.yaml', cases('Firing'));
  const migrated = await runTidemark(['migrate'], {}, dir);
  expect([migrated.code, migrated.stderr]).toEqual([0, '']);
}, 180_000);
afterAll(async () => {
  await engine?.stop();
  rmSync(dir, { recursive: true, force: true });
});

describe('alerts test', () => {
  test('runs on an engine of its own, tells what is not as expected as a small diff, and ends with 1', async () => {
    const { code, stdout, stderr } = await tidemark('test', 'good.yaml', 'bad.yaml');
    expect(stderr).toBe('');
    expect(stdout.replace(/\d+\.\d s/, 'N s')).toBe(`good.yaml
  ok      a release without requests is quiet
bad.yaml
  FAILED  bad.yaml:2  a release without requests is quiet
    at 2m (bad.yaml:7), billing 1.0
      - state: Firing
      + state: Normal
1 of 2 cases are not as expected (N s).
`);
    expect(code).toBe(1);
  }, 120_000);

  test('leaves nothing behind on the ClickHouse that it is given; scripts get a line per case', async () => {
    const before = await engine.db.query('SELECT name FROM system.databases ORDER BY name');
    const { code, stdout } = await tidemark('test', '--url', engine.url, '--json', 'good.yaml');
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      {
        file: 'good.yaml',
        place: 'good.yaml:2',
        rule: 'error_rate',
        name: 'a release without requests is quiet',
        ok: true,
        evaluations: 3,
      },
    ]);
    expect(await engine.db.query('SELECT name FROM system.databases ORDER BY name')).toEqual(before);
  }, 120_000);

  test('refuses a file that is wrong or not there before any engine starts', async () => {
    write('wrong.yaml', cases('Alerting'));
    const wrong = await tidemark('test', 'good.yaml', 'wrong.yaml');
    expect([wrong.code, wrong.stdout, wrong.stderr]).toEqual([
      2,
      '',
      expect.stringContaining('wrong.yaml:7:59 tests.0.expect.0.alerts.0.state: "Alerting" is not accepted.'),
    ]);
    const missing = await tidemark('test', 'none.yaml');
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('none.yaml cannot be read (ENOENT).')]);
  });
});

describe('alerts check', () => {
  test('says what every rule says, with statements, and ends well while nothing fires', async () => {
    const { code, stdout } = await tidemark('check', '--json', '--sql');
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(rows).toMatchObject([
      { rule: 'error_rate', subject: 'billing 1.0', state: 'OK', value: 0, shown: { value: '0 %' } },
      { rule: 'deadman', subject: 'ClickHouse', state: 'OK' },
    ]);
    expect(rows[0]?.['sql']).toContain('request_minute');
    expect(code).toBe(0);
  });

  test('ends with 1 when something fires, and says why', async () => {
    await engine.db.command(
      "INSERT INTO shop.requests (id, at, service, release, ms, status) SELECT number, now() - 60 - number % 120, 'api', '2.1', 20, if(number < 100, 503, 200) FROM numbers(1000)",
    );
    await runTidemark(['refresh'], {}, dir);
    const { code, stdout } = await tidemark('check', '--rule', 'error_rate');
    expect(stdout).toMatch(/error_rate +│ api 2\.1 +│ Firing │ 10 % +│ 2 % +│ 10 % of 1,000 requests failed/);
    expect(stdout).toContain('1 rule asked: 1 fires, 1 well.');
    expect(code).toBe(1);
  }, 60_000);

  test('names the rules that there are where one is asked for that is not', async () => {
    const { code, stderr } = await tidemark('check', '--rule', 'eror_rate');
    expect([code, stderr]).toEqual([
      2,
      'tidemark: There is no alert rule "eror_rate" here. Rules: error_rate, deadman. Did you mean "error_rate"?\n',
    ]);
  });
});

describe('alerts run', () => {
  const once = (...args: string[]) => tidemark('run', '--once', ...args);

  test('--once posts what fires, and what it has still to tell stays in ClickHouse', async () => {
    const posted: PostableAlert[][] = [];
    let answers = false;
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        if (answers) posted.push(JSON.parse(body) as PostableAlert[]);
        response.writeHead(answers ? 200 : 503).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    // `for` is five minutes: 600 times as fast, half a second. The first evaluation makes it pending.
    const pending = await once('--alertmanager', url, '--speed', '600');
    expect([pending.code, pending.stderr]).toEqual([0, '']);
    const refused = await once('--alertmanager', url, '--speed', '600');
    expect([refused.code, refused.stdout]).toEqual([1, expect.stringContaining('"message":"firing"')]);
    expect(refused.stdout).toContain('refused (status 503)');
    answers = true;
    expect((await once('--alertmanager', url, '--speed', '600')).code).toBe(0);
    expect(posted).toMatchObject([[{ labels: { rule: 'error_rate', subject: 'api 2.1', severity: 'critical' } }]]);
    const stored = await engine.db.query('SELECT rule, subject, state, told FROM tidemark.alerts_state FINAL');
    expect(stored).toEqual([{ rule: 'error_rate', subject: 'api 2.1', state: 'Firing', told: 'firing' }]);
    await new Promise((resolve) => server.close(resolve));
  }, 60_000);

  test('says what is wrong with what it is given', async () => {
    const alertmanager = ['--alertmanager', 'http://127.0.0.1:9'];
    const [address, interval, migrated, away] = await Promise.all([
      once('--alertmanager', 'localhost'),
      once(...alertmanager, '--interval', 'often'),
      once(...alertmanager, '--config', 'other.yaml'),
      once(...alertmanager, '--config', 'away.yaml'),
    ]);
    expect([address.code, address.stderr]).toEqual([2, expect.stringContaining('--alertmanager "localhost" is not')]);
    expect([interval.code, interval.stderr]).toEqual([2, expect.stringContaining('--interval "often" is no length')]);
    expect([migrated.code, migrated.stderr]).toEqual([1, expect.stringContaining('Run: tidemark migrate')]);
    expect([away.code, away.stderr]).toEqual([3, expect.stringContaining('cannot be reached')]);
  }, 60_000);
});

describe('alerts replay', () => {
  test('says what would have been told, tries other limits, and fills the history of times when nobody looked', async () => {
    // A minute begins; 60 requests a minute of a release that nobody asks any more, one in ten of which fails for 40 minutes.
    const beganMs = Math.floor(Date.now() / 60_000) * 60_000 - 3 * 3_600_000;
    await engine.db.command(
      `INSERT INTO shop.requests (id, at, service, release, ms, status) SELECT 100000 + number, fromUnixTimestamp64Milli(toInt64(${beganMs - 30 * 60_000} + 1000 * number)) AS t, 'web', '1.0', 20,
         if(number % 10 = 0 AND t >= fromUnixTimestamp64Milli(${beganMs}) AND t < fromUnixTimestamp64Milli(${beganMs + 40 * 60_000}), 503, 200) FROM numbers(5400)`,
    );
    await runTidemark(['refresh'], {}, dir);
    const asked = ['replay', '--from', '4h', '--to', '1h', '--step', '10m', '--rule', 'error_rate'];
    const { code, stdout, stderr } = await tidemark(...asked, '--list', '--keep');
    // Progress alone.
    expect([code, stderr.replace(/^replay: \d+ of \d+ looks\n/gm, '')]).toEqual([0, '']);
    expect(stdout).toMatch(/error_rate +│ [\d -]+:\d\d +│ +\d+ +│ +1 +│ +56\.0 +│ +0 +│ 4\d m +│ 4\d m/);
    expect(stdout).toMatch(
      /│ 4\d m +│ error_rate +│ web 1\.0: \d+ % of the requests failed in the last five whole minutes/,
    );
    expect(stdout).toContain('these rules would have made one alert.');
    expect(stdout).toContain('Wrote 2 changes to the history, for times when nobody looked.');
    const history =
      "SELECT subject, state, replayed, abs(dateDiff('minute', began, fromUnixTimestamp64Milli(%s))) < 5 AS on_time FROM tidemark.firings WHERE rule = 'error_rate' AND subject = 'web 1.0'";
    expect(await engine.db.query(history.replace('%s', String(beganMs)))).toEqual([
      { subject: 'web 1.0', state: 'over', replayed: 1, on_time: 1 },
    ]);
    // The same again takes its place; another limit tells nobody.
    expect((await tidemark(...asked, '--keep')).stdout).toContain('Wrote 2 changes');
    const tried = await tidemark(...asked, '--limit', 'error_rate.rate=50%', '--json');
    expect([tried.code, JSON.parse(tried.stdout.trim())]).toMatchObject([
      0,
      { rule: 'error_rate', skipped: null, firings: [] },
    ]);
  }, 120_000);

  test('refuses what it cannot do, and says what it can', async () => {
    const [limit, unit, kept, step, rule] = await Promise.all([
      tidemark('replay', '--limit', 'error_rate.rat=5%'),
      tidemark('replay', '--limit', 'error_rate.rate=5m'),
      tidemark('replay', '--limit', 'error_rate.rate=5%', '--keep'),
      tidemark('replay', '--step', '10s'),
      tidemark('replay', '--rule', 'none'),
    ]);
    expect([limit.code, limit.stderr]).toEqual([2, expect.stringContaining('such as error_rate.rate')]);
    expect([unit.code, unit.stderr]).toEqual([2, expect.stringContaining('such as error_rate.rate=3 %')]);
    expect([kept.code, kept.stderr]).toEqual([2, expect.stringContaining('--keep writes history')]);
    expect([step.code, step.stderr]).toEqual([
      2,
      expect.stringContaining('--step "10s" is no length in whole minutes'),
    ]);
    expect([rule.code, rule.stderr]).toEqual([2, expect.stringContaining('error_rate, deadman')]);
  }, 120_000);
});
