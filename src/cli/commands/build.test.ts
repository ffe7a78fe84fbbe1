import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const program = join(__dirname, '..', '..', '..', 'bin', 'tidemark.js');
const eventsOnly = `version: 1
connection:
  url: http://127.0.0.1:8123
  database: numbers
reporting:
  timezone: Europe/Berlin
roles:
  events:
    table: shop.events
    class: window
    windowDays: 3
    columns: { time: at, event: name, user: who }
`;

let dir: string;
const tidemark = (...args: string[]) => {
  const { TIDEMARK_CONFIG: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'build', ...args], {
    cwd: dir,
    env,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
};
const built = [
  'dashboards/active-users.json',
  'dashboards/alerts.json',
  'dashboards/cdc-kafka.json',
  'dashboards/cdc-postgres.json',
  'dashboards/clickhouse.json',
  'dashboards/cost.json',
  'dashboards/dbt.json',
  'dashboards/feature-adoption.json',
  'dashboards/finance.json',
  'dashboards/funnels.json',
  'dashboards/home.json',
  'dashboards/operations.json',
  'dashboards/retention.json',
  'dashboards/rollups.json',
  'dashboards/subscriptions.json',
  'provisioning/alerting/mutetimes.yaml',
  'provisioning/alerting/rules.yaml',
  'provisioning/alerting/templates.yaml',
  'provisioning/alertmanager/alertmanager.yml',
  'provisioning/alertmanager/tidemark.tmpl',
  'provisioning/compose/alerting/contactpoints.yaml',
  'provisioning/compose/alerting/mutetimes.yaml',
  'provisioning/compose/alerting/policies.yaml',
  'provisioning/compose/alerting/rules.yaml',
  'provisioning/compose/alerting/templates.yaml',
  'provisioning/dashboards/tidemark.yaml',
  'provisioning/datasources/tidemark.yaml',
];
const has = (path: string) => existsSync(join(dir, path));

jest.setTimeout(60_000);
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tidemark-build-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('writes the files, says which, and finds nothing to do the second time', () => {
  const first = tidemark();
  expect([first.status, first.stderr]).toEqual([0, '']);
  expect(first.stdout).toBe(
    `${built.map((path) => `written: ${path}`).join('\n')}\n${built.length} files in ., ${built.length} changed.\n`,
  );
  expect(built.every(has)).toBe(true);
  expect(readdirSync(join(dir, 'dashboards')).some((name) => name.endsWith('.tmp'))).toBe(false);
  expect(tidemark().stdout).toBe(`${built.length} files in ., 0 changed.\n`);
  expect(tidemark('--check')).toEqual({ status: 0, stdout: `All ${built.length} files are up to date.\n`, stderr: '' });
});

test('--check names what differs and what is missing, exits with 1 and writes nothing', () => {
  tidemark();
  writeFileSync(join(dir, 'dashboards/home.json'), '{}');
  rmSync(join(dir, 'provisioning/dashboards/tidemark.yaml'));
  const { status, stdout } = tidemark('--check');
  expect([status, stdout]).toEqual([
    1,
    'differs: dashboards/home.json\nmissing: provisioning/dashboards/tidemark.yaml\nRun tidemark build to write them.\n',
  ]);
  expect(readFileSync(join(dir, 'dashboards/home.json'), 'utf8')).toBe('{}');
  expect(has('provisioning/dashboards/tidemark.yaml')).toBe(false);
  expect(JSON.parse(tidemark('--check', '--json').stdout)).toEqual({
    ok: false,
    changed: ['dashboards/home.json'],
    missing: ['provisioning/dashboards/tidemark.yaml'],
    left: [],
  });
});

test('a tidemark.yaml in the folder is taken: zone, database, roles; what is no longer built goes', () => {
  tidemark();
  writeFileSync(join(dir, 'tidemark.yaml'), eventsOnly);
  expect(tidemark('--check').stdout).toContain('no longer built: dashboards/finance.json');
  expect(tidemark().stdout).toContain('removed: dashboards/finance.json');
  expect(has('dashboards/finance.json')).toBe(false);
  const home = readFileSync(join(dir, 'dashboards/home.json'), 'utf8');
  expect(JSON.parse(home)).toMatchObject({ timezone: 'Europe/Berlin' });
  expect(home).toContain('`numbers`.`active_day`');
  expect(tidemark('--check').status).toBe(0);
});

test('who is told is a file of its own, which goes when nobody is', () => {
  const points = 'provisioning/alerting/contactpoints.yaml';
  writeFileSync(join(dir, 'tidemark.yaml'), `${eventsOnly}alerts: { slack: { by: token, channel: '#ops' } }\n`);
  expect(tidemark().stdout).toContain(`written: ${points}`);
  expect(readFileSync(join(dir, points), 'utf8')).toContain('recipient: "#ops"');
  writeFileSync(join(dir, 'tidemark.yaml'), `${eventsOnly}alerts: { slack: { by: token } }\n`);
  const { status, stdout, stderr } = tidemark();
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain('alerts.slack.channel: With by: token a message needs a channel');
  expect(readFileSync(join(dir, points), 'utf8')).toContain('recipient: "#ops"');
  writeFileSync(join(dir, 'tidemark.yaml'), eventsOnly);
  expect(tidemark().stdout).toContain(`removed: ${points}`);
});

test('--out makes the folder', () => {
  expect(tidemark('--out', 'deep/er').status).toBe(0);
  expect(built.every((path) => has(join('deep/er', path)))).toBe(true);
});

test('a configuration that is named and not there, or broken, is an error and nothing is written', () => {
  const missing = tidemark('--config', 'nowhere.yaml');
  expect(missing.status).toBe(2);
  expect(missing.stderr).toContain('nowhere.yaml');
  writeFileSync(join(dir, 'tidemark.yaml'), 'version: 1\nconection: {}\n');
  const broken = tidemark();
  expect(broken.status).toBe(2);
  expect(broken.stderr).toContain('conection');
  expect(has('dashboards')).toBe(false);
});

test('a folder that cannot be written is one sentence with the next step', () => {
  mkdirSync(join(dir, 'out'));
  writeFileSync(join(dir, 'out/dashboards'), 'a file in the way');
  const { status, stderr } = tidemark('--out', 'out');
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /^tidemark: Cannot write into "out": .*Give another folder with --out, or make this one writable\.\n$/,
  );
});
