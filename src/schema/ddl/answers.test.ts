import { testInstallation, testSources } from '../../testing/planner/installation';
import { typicalAnswers } from './answers';
import { catalogueTables } from './catalogue';

const everything = testInstallation(testSources);
const answers = typicalAnswers(everything);
const of = (metric: string, interval: string, ...by: readonly string[]) =>
  answers.find((a) => a.metric === metric && a.interval === interval && a.by.join() === by.join());

test('each metric, interval and dimension has one typical answer', () => {
  const keys = answers.map((a) => [a.metric, a.interval, ...a.by].join(' '));
  expect(new Set(keys).size).toBe(keys.length);
  expect(answers.filter((a) => a.metric === 'latency_p95')).toHaveLength(5 * 4);
  expect(answers.filter((a) => a.metric === 'events').map((a) => a.by.join())).toEqual(
    Array.from({ length: 5 }, () => ['', 'event', 'country']).flat(),
  );
});

test.each([
  ['events', 'minute', 'event_minute'],
  ['events', 'hour', 'event_quarter'],
  ['latency_p95', 'day', 'request_day'],
  ['error_rate', 'month', 'request_day'],
  ['orders', 'hour', 'order_quarter'],
  ['refunds_by_day', 'week', 'refund_day'],
  ['active_users', 'week', 'user_day'],
  ['dau', 'day', 'active_day'],
  ['mrr', 'month', 'mrr_day', 'currency'],
  ['mrr_churn', 'day', 'mrr_day', 'currency'],
])('%s per %s is a hit: %s', (metric, interval, rollup, ...by) => {
  expect(of(metric, interval, ...by)).toMatchObject({ rollup, refused: '' });
});

test('a miss names why each rollup was passed over, a refusal says why', () => {
  expect(of('active_users', 'day', 'event')).toEqual({
    metric: 'active_users',
    interval: 'day',
    by: ['event'],
    rollup: '',
    refused: '',
    reasons: expect.arrayContaining(['dimension_missing: user_day is not kept by event.']),
  });
  expect(of('orders', 'minute')?.reasons).toContain(
    'finer_interval: order_quarter has 15-minute buckets, which cannot be divided into minute buckets.',
  );
  expect(of('dau', 'week')?.refused).toContain('Ask for: day.');
  expect(of('mrr', 'hour', 'currency')?.refused).toContain('mrr_day has day buckets');
});

test('the table is the same at every time, and its statement stays below the 256 KiB that a server takes', () => {
  const zones = ['Asia/Kathmandu', 'America/New_York', 'Australia/Lord_Howe', 'UTC'];
  const dimensions = ['country', 'plan', 'device', 'channel', 'city'];
  const columns = Object.fromEntries(dimensions.map((d) => [d, `\`${d}\``]));
  const wide = (role: 'events' | 'requests') => {
    const source = testSources[role];
    return { ...source, dimensions, columns: { ...source.columns, ...columns } };
  };
  const sources = { ...testSources, events: wide('events'), requests: wide('requests') };
  const ddl = () => catalogueTables(testInstallation(sources, { zones }), '1').map((t) => t.ddl);
  const first = ddl();
  expect(ddl()).toEqual(first);
  expect(first.map((text) => new TextEncoder().encode(text).length > 200 * 1024)).toEqual(first.map(() => false));
});
