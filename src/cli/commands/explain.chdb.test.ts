import { join } from 'node:path';

import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { runTidemark } from '../../testing/tidemark';

const root = join(__dirname, '..', '..', '..');
let engine: TestEngine;

const tidemark = (...args: readonly string[]) =>
  runTidemark(args, {
    TIDEMARK_URL: engine.url,
    TIDEMARK_CONFIG: join(root, 'demo', 'cdnow', 'tidemark.yaml'),
  });

beforeAll(async () => {
  engine = await startEngine();
  for (const args of [['seed', '--demo', 'cdnow'], ['migrate'], ['refresh']]) {
    const { code, stderr } = await tidemark(...args);
    if (code !== 0) throw new Error(stderr);
  }
}, 120_000);
afterAll(async () => engine.stop());

test('it tells the table, the reasons and the SQL, and with --run the rows', async () => {
  const { code, stdout } = await tidemark(
    'explain',
    'orders',
    '--from',
    '1997-01-01',
    '--to',
    '1997-04-01',
    '--interval',
    'month',
    '--run',
  );
  expect(code).toBe(0);
  expect(stdout).toContain(
    'orders per month in UTC, 1997-01-01 00:00:00 to 1997-04-01 00:00:00 UTC: answered from order_day.',
  );
  expect(stdout).toContain('customer_day gives the same answer from more rows than order_day.');
  expect(stdout).toMatch(/order_quarter +│ 15 minutes │ UTC +│ 366 days │ .* │ range_too_short /);
  expect(stdout).toMatch(/order_day +│ day +│ UTC +│ for ever │ .* │ 1997-01-01 00:00:00 to 1997-04-01 00:00:00 /);
  expect(stdout).toMatch(/1997-01-01 00:00:00.* 8,928 .*\n.*1997-02-01.* 11,272 .*\n.*1997-03-01.* 11,598 /);
  expect(stdout).toMatch(/3 rows in [\d.]+ ms, about [\d,]+ rows read\./);
}, 60_000);

test('another zone is answered raw, with the same sum over all', async () => {
  const range = [
    '--from',
    '1997-01-01T00:00Z',
    '--to',
    '1998-07-01T00:00Z',
    '--where',
    'currency=USD',
    '--run',
    '--json',
  ];
  const asked = async (...more: readonly string[]) =>
    JSON.parse((await tidemark('explain', 'gross_revenue', ...range, ...more)).stdout) as {
      chosen: string;
      rows: readonly { value: number }[];
      reasons: readonly { code: string }[];
    };
  const here = await asked('--interval', 'all');
  expect([here.chosen, here.rows]).toEqual(['order_day', [{ value: 2500315.63, open: 0 }]]);
  const there = await asked('--interval', 'month', '--tz', 'Asia/Kathmandu');
  // Quarter hours form the days of every zone, but live a year only.
  expect(there.chosen).toBe('raw');
  expect(there.reasons.map((r) => r.code)).toEqual(['zone_differs', 'zone_differs', 'too_old']);
  expect(Math.round(there.rows.reduce((sum, r) => sum + r.value, 0) * 100)).toBe(250_031_563);
}, 60_000);

test('without a metric the installed ones are listed', async () => {
  const { code, stdout } = await tidemark('explain');
  expect(code).toBe(0);
  expect(stdout).toMatch(/│ gross_revenue +│ Gross revenue +│ additive +│ orders +│ currency +│/);
  const listed = JSON.parse((await tidemark('explain', '--json')).stdout) as { metrics: readonly object[] };
  expect(listed.metrics).toContainEqual({
    name: 'dau',
    title: 'Daily active users',
    class: 'entity-set',
    role: 'events',
    dimensions: ['event'],
  });
}, 60_000);

test('a wrong question ends with code 2, the accepted list, and what was probably meant', async () => {
  const metric = await tidemark('explain', 'ordres');
  expect(metric.code).toBe(2);
  expect(metric.stderr).toMatch(
    /There is no metric "ordres"\. Installed are: active_users, average_order, .*\. Did you mean orders\?/,
  );
  const dimension = await tidemark('explain', 'orders', '--by', 'curency');
  expect(dimension.code).toBe(2);
  expect(dimension.stderr).toContain('It can be grouped and filtered by: currency. Did you mean currency?');
}, 60_000);
