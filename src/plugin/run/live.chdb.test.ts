import { LoadingState } from '@grafana/data';
import type { DataFrame, DataQueryResponse } from '@grafana/data';
import { startEngine } from '../../testing/engine';
import type { TestEngine } from '../../testing/engine';
import { framesOf, panelRequest, panelSource } from '../../testing/panel';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
  await engine.db.command('CREATE TABLE lines (at DateTime64(6), message String, n UInt64) ORDER BY at');
}, 60_000);
afterAll(() => engine?.stop(), 30_000);

const write = (n: number, agoSeconds: number) =>
  engine.db.command(`INSERT INTO lines SELECT now64(6) - ${agoSeconds}, 'line ${n}', ${n}`);

const numbers = (frame: DataFrame | undefined) =>
  ((frame?.fields.find(({ name }) => name === 'labels')?.values ?? []) as { n: string }[]).map(({ n }) => Number(n));

test('a live query shows what is new, each row once, late ones too, and asks only for the last seconds', async () => {
  for (const n of [1, 2, 3]) await write(n, 60 - n);
  await write(0, 3600); // older than a live stream reaches back
  const { source, statements } = panelSource(engine.url);
  const seen: DataQueryResponse[] = [];
  const sql = 'SELECT at, message, n FROM lines WHERE $__timeFilter_ms(at) ORDER BY at';
  const now = panelRequest([{ rawSql: sql, format: 'logs' }], { liveStreaming: true });
  const subscription = source.query(now).subscribe((response) => void seen.push(response));
  await until(() => numbers(framesOf(seen.at(-1))[0]).length === 3);
  await write(5, 0);
  await until(() => numbers(framesOf(seen.at(-1))[0]).includes(5));
  await write(4, 4); // visible late
  await until(() => numbers(framesOf(seen.at(-1))[0]).includes(4));
  subscription.unsubscribe();
  const emitted = seen.length;
  const asked = statements().length;
  expect(numbers(framesOf(seen.at(-1))[0])).toEqual([1, 2, 3, 4, 5]);
  expect(seen.every(({ key, state }) => key === 'live-A' && state === LoadingState.Streaming)).toBe(true);
  // Nothing new, nothing emitted: three emissions for three changes.
  expect(emitted).toBe(3);
  expect(asked).toBeGreaterThanOrEqual(3);
  const reach = statements().map((statement) => {
    const [from, to] = [...statement.matchAll(/fromUnixTimestamp64Milli\((\d+)\)/g)].map(([, ms]) => Number(ms));
    return Math.round((to! - from!) / 1000);
  });
  expect(reach[0]).toBe(300);
  expect(Math.max(...reach.slice(1))).toBeLessThanOrEqual(20);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect([seen.length, statements().length]).toEqual([emitted, asked]);
}, 40_000);

test('an error is shown with the rows that there are, and the stream goes on', async () => {
  await engine.db.command('CREATE TABLE gone (at DateTime64(3), message String) ORDER BY at');
  await engine.db.command(`INSERT INTO gone SELECT now64(3), 'first'`);
  const { source } = panelSource(engine.url);
  const seen: DataQueryResponse[] = [];
  const request = panelRequest(
    [{ rawSql: 'SELECT at, message FROM gone WHERE $__timeFilter_ms(at)', format: 'logs' }],
    {
      liveStreaming: true,
    },
  );
  const subscription = source.query(request).subscribe((response) => void seen.push(response));
  await until(() => seen.length === 1);
  await engine.db.command('RENAME TABLE gone TO away');
  await until(() => (seen.at(-1)?.errors ?? []).length > 0);
  expect(seen.at(-1)!.errors![0]).toMatchObject({ refId: 'A', message: expect.stringMatching(/gone/) });
  expect(framesOf(seen.at(-1))[0]!.length).toBe(1);
  await engine.db.command('RENAME TABLE away TO gone');
  await engine.db.command(`INSERT INTO gone SELECT now64(3), 'second'`);
  await until(() => framesOf(seen.at(-1))[0]?.length === 2);
  expect(seen.at(-1)!.errors).toBeUndefined();
  subscription.unsubscribe();
}, 40_000);

async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 15_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error('the condition did not come true within 15 s');
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
