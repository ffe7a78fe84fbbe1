import { healthSource } from '../packs/pipeline/health/source';
import { testClock } from '../testing/clock';
import { pauseMs, sourcePauses } from './backoff';
import { fail } from './errors';
import { runSource } from './runner';
import type { Outcome } from './runner';
import { rowsOf } from './source';
import type { Collected, Look, Source, World } from './source';

const world = {} as World;
const start = Date.UTC(2026, 2, 1);
const nothing: Collected = { rows: [] };

function run(collect: (look: Look, n: number) => Promise<Collected>, own: Partial<Source> = {}, random = 0.5) {
  const clock = testClock(start);
  const outcomes: Outcome[] = [];
  let looks = 0;
  let closed = 0;
  const source: Source = {
    name: 'test a',
    tables: [healthSource],
    intervalMs: 10_000,
    timeoutMs: 4000,
    collect: (look) => collect(look, looks++),
    close: () => {
      closed += 1;
      return Promise.resolve();
    },
    ...own,
  };
  const running = runSource(source, { clock, world, random: () => random }, (outcome) => outcomes.push(outcome));
  const at = () => outcomes.map((o) => `${(o.at - start) / 1000} ${o.state}`);
  return { clock, outcomes, running, at, looks: () => looks, closed: () => closed };
}

test('looks at its interval, from beginning to beginning', async () => {
  const { clock, at, running } = run((look) => (look.now, Promise.resolve(nothing)));
  await clock.go(30_000);
  expect(at()).toEqual(['0 ok', '10 ok', '20 ok', '30 ok']);
  await running.stop();
  await clock.go(60_000);
  expect(at()).toHaveLength(4);
});

test('what a source says reaches the outcome', async () => {
  const collected = { rows: [rowsOf(healthSource, [])], parts: [{ part: 'x' }] };
  const { clock, outcomes } = run(() => Promise.resolve(collected));
  await clock.go(0);
  expect(outcomes[0]).toMatchObject({ state: 'ok', collected, failures: 0, nextAt: start + 10_000 });
});

test('after failures it pauses longer and longer, says so once an interval, and comes back', async () => {
  const { clock, at, outcomes } = run((_, n) =>
    n < 4 ? Promise.reject(fail('look_stuck', { source: 'x', looks: 1 })) : Promise.resolve(nothing),
  );
  await clock.go(100_000);
  expect(at()).toEqual([
    '0 failed',
    '5 failed',
    '15 failed',
    '25 backoff',
    '35 failed',
    '45 backoff',
    '55 backoff',
    '65 backoff',
    '75 ok',
    '85 ok',
    '95 ok',
  ]);
  expect(outcomes.map((o) => o.failures).slice(0, 10)).toEqual([1, 2, 3, 3, 4, 4, 4, 4, 0, 0]);
  expect(outcomes[3]).toMatchObject({ failure: { code: 'look_stuck' }, nextAt: start + 35_000 });
});

test('an ordinary error and a throw before any promise are failures too', async () => {
  const { clock, outcomes } = run((_, n) => {
    if (n === 0) throw new Error('at once');
    return Promise.reject(new Error('later'));
  });
  await clock.go(5000);
  expect(outcomes.map((o) => o.failure)).toEqual([
    { code: 'unexpected', message: 'at once' },
    { code: 'unexpected', message: 'later' },
  ]);
});

test('a look that takes too long is given up, with its signal', async () => {
  const signals: AbortSignal[] = [];
  const { clock, outcomes } = run(({ signal }) => {
    signals.push(signal);
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('let go'))));
  });
  await clock.go(4000);
  expect(signals[0]?.aborted).toBe(true);
  expect(outcomes[0]).toMatchObject({
    state: 'failed',
    durationMs: 4000,
    failure: {
      code: 'look_timed_out',
      message: expect.stringContaining('test a did not answer within 4 s.') as string,
    },
  });
});

test('looks that never come back are not heaped up', async () => {
  const { clock, outcomes, looks } = run(() => new Promise(() => undefined));
  await clock.go(600_000);
  expect(looks()).toBe(3);
  expect(outcomes.at(-1)?.failure?.code).toMatch(/look_stuck/);
});

test('stop gives up the look that is under way, reports nothing of it and closes the source', async () => {
  const { clock, running, outcomes, closed } = run(() => new Promise(() => undefined));
  await clock.go(1000);
  const stopped = running.stop();
  await clock.go(0);
  await stopped;
  expect([outcomes.length, closed()]).toEqual([0, 1]);
});

test('pauses grow up to a minute, or the interval, and differ by up to a fifth', () => {
  const pauses = (random: number, intervalMs: number) =>
    [1, 2, 3, 4, 5, 6, 1000].map((n) => pauseMs(n, sourcePauses(intervalMs), random) / 1000);
  expect(pauses(0.5, 15_000)).toEqual([5, 10, 20, 40, 60, 60, 60]);
  expect(pauses(0, 15_000)).toEqual([4, 8, 16, 32, 48, 48, 48]);
  expect(pauses(1, 2000)).toEqual([2.4, 4.8, 9.6, 19.2, 38.4, 72, 72]);
  expect(pauses(0.5, 300_000).at(-1)).toBe(300);
});
