import { refusal } from './engineError';
import { BoundedRows } from './queryLog';
import { queryLogRow } from './queryLogRow';
import { emptySummary } from './summary';

test('of more rows than are kept the oldest go, and what was taken is gone', () => {
  const rows = new BoundedRows<number>(100);
  for (let i = 0; i < 1005; i++) rows.push(i);
  const taken = rows.take();
  expect([taken.length, taken[0], taken.at(-1)]).toEqual([100, 905, 1004]);
  expect(rows.take()).toEqual([]);
  rows.push(7);
  expect(rows.take()).toEqual([7]);
});

const query = {
  queryId: 'q',
  user: 'default',
  userAgent: 'curl/8',
  database: 'default',
  text: 'SELECT 1',
  verb: 'SELECT',
  logComment: '',
  startedMs: 1_772_452_800_123,
  endedMs: 1_772_452_800_240,
} as const;

test('a row has the moments to the millisecond, and what the query used', () => {
  const summary = { ...emptySummary, readRows: 5, resultRows: 1, peakMemoryBytes: 77, cpuMicroseconds: 900 };
  expect(queryLogRow({ ...query, summary })).toMatchObject({
    type: 'QueryFinish',
    event_time_microseconds: '1772452800.240000',
    query_duration_ms: 117,
    read_rows: 5,
    memory_usage: 77,
    query_kind: 'Select',
    ProfileEvents: { OSCPUVirtualTimeMicroseconds: 900 },
  });
});

test.each([
  ['', 'Select'],
  ['WITH', 'Select'],
  ['KILL', 'KillQuery'],
  ['CREATE', 'Create'],
])('%p is of kind %s', (verb, kind) => expect(queryLogRow({ ...query, verb }).query_kind).toBe(kind));

test('an error is told with its code: before it began, or while it read', () => {
  const error = refusal('BAD_ARGUMENTS', 'no');
  expect(queryLogRow({ ...query, error })).toMatchObject({ type: 'ExceptionBeforeStart', exception_code: 36 });
  const summary = { ...emptySummary, readRows: 5 };
  expect(queryLogRow({ ...query, error, summary }).type).toBe('ExceptionWhileProcessing');
});

test('a statement of a megabyte is cut', () => {
  expect(queryLogRow({ ...query, text: 'x'.repeat(1_000_000) }).query).toHaveLength(100_000);
});
