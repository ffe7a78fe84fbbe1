import { fail } from './errors';
import type { Progress } from './progress';
import { createProgressWatch } from './progress';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const row = (id: string, read: number) => ({ id, read, total: 100, bytes: 8, memory: 9, ms: 1500 });
const second = () => jest.advanceTimersByTimeAsync(1_000);

test('one question a second for all running queries, none for those that ended before or when nothing runs', async () => {
  const asked: string[] = [];
  const watch = createProgressWatch(async <Row>(sql: string) => {
    asked.push(sql);
    return [row('a', 10), row("b'", 20), row('stranger', 1)] as Row[];
  });
  const heard: [string, Progress][] = [];
  const leave = ['a', "b'", 'short'].map((id) => watch.watch(id, (progress) => void heard.push([id, progress])));
  leave[2]!();
  await second();
  expect(asked).toHaveLength(1);
  expect(asked[0]).toContain("WHERE query_id IN ('a', 'b\\'')");
  expect(heard).toEqual([
    ['a', { readRows: 10, totalRows: 100, readBytes: 8, memoryBytes: 9, elapsedMs: 1500 }],
    ["b'", { readRows: 20, totalRows: 100, readBytes: 8, memoryBytes: 9, elapsedMs: 1500 }],
  ]);
  leave.forEach((stop) => stop());
  await second();
  await second();
  expect(asked).toHaveLength(1);
});

test('a refused question is not asked again; one that was lost is', async () => {
  for (const [error, times] of [
    [fail('server_error', { serverCode: 497, type: 'ACCESS_DENIED', text: 'no' }), 1],
    [fail('unreachable', { detail: '' }), 3],
  ] as const) {
    let asked = 0;
    const watch = createProgressWatch(() => {
      asked++;
      return Promise.reject(error);
    });
    const leave = watch.watch('a', () => undefined);
    for (let i = 0; i < 3; i++) await second();
    leave();
    expect(asked).toBe(times);
  }
});
