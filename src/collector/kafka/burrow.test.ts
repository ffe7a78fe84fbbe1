import fc from 'fast-check';

import { judge, windowSize, withSample } from './burrow';
import type { PartitionState, Sample } from './burrow';

const second = 1_000;

/** Samples one second apart, `now` being the time of the last: [committed, end] each, committed by a living member. */
const looks = (...pairs: readonly (readonly [number, number])[]) =>
  pairs.map(([committed, end], i): Sample => ({ at: i * second, committed, end, commit: true }));
const stateOf = (samples: readonly Sample[], floor = 0) => judge(samples, samples.at(-1)?.at ?? 0, floor);
const steps = Array.from({ length: windowSize }, (_, i) => i);

describe('a partition is', () => {
  test('OK without a sample, and whenever nothing waits', () => {
    expect(stateOf([])).toBe('OK');
    expect(stateOf(looks([5, 9], [9, 9]))).toBe('OK');
  });

  test('STALL where its offset stands still with lag through the whole window, not before', () => {
    const still = looks(...steps.map((i) => [100, 200 + i] as const));
    expect(stateOf(still)).toBe('STALL');
    expect(stateOf(still.slice(1))).toBe('OK');
  });

  test('WARN where it moves and the lag never falls, OK where it fell once', () => {
    const behind = steps.map((i) => [100 + i, 200 + 3 * i] as const);
    expect(stateOf(looks(...behind))).toBe('WARN');
    expect(stateOf(looks(...behind.map(([c, e], i) => [i === 9 ? c + 50 : c, e] as const)))).toBe('OK');
  });

  test('OK where the lag was nothing anywhere in the window', () => {
    expect(stateOf(looks(...steps.map((i) => [100, i === 0 ? 100 : 200] as const)))).toBe('OK');
  });

  test('STOP once it has not committed for longer than the window saw it commit', () => {
    const stopped = steps.map((i): Sample => ({
      at: i * second,
      committed: Math.min(i, 4) * 10,
      end: 1000,
      commit: i <= 4,
    }));
    expect(judge(stopped.slice(0, 9), 8 * second)).toBe('OK');
    expect(judge(stopped, 9 * second)).toBe('STOP');
  });

  test('STOP without a member after three looks, OK where it read all there was a moment ago', () => {
    const alone = (ends: readonly number[]) =>
      ends.reduce<readonly Sample[]>(
        (samples, end, i) => withSample(samples, { at: i * second, committed: 50, end, hasMember: false }),
        [],
      );
    expect(stateOf(alone([60, 60]))).toBe('OK');
    expect(stateOf(alone([60, 60, 60]))).toBe('STOP');
    // Three messages came just now on a topic that was quiet.
    expect(stateOf(alone([50, 50, 50, 53]))).toBe('OK');
  });

  test('REWIND where it went back, until it is where it was', () => {
    expect(stateOf(looks([100, 120], [20, 120]))).toBe('REWIND');
    expect(stateOf(looks([100, 120], [20, 120], [60, 120]))).toBe('REWIND');
    expect(stateOf(looks([100, 120], [20, 120], [101, 130]))).toBe('OK');
  });

  test('OK with a lag up to the floor', () => {
    const markers = looks(...steps.map(() => [100, 101] as const));
    expect(stateOf(markers)).toBe('STALL');
    expect(stateOf(markers, 1)).toBe('OK');
  });
});

test('the window keeps ten looks and begins anew where a topic was made again', () => {
  let samples: readonly Sample[] = [];
  for (let i = 0; i < 30; i++) samples = withSample(samples, { at: i, committed: i, end: i + 5, hasMember: false });
  expect(samples).toHaveLength(windowSize);
  samples = withSample(samples, { at: 31, committed: 0, end: 2, hasMember: false });
  expect(samples).toEqual([{ at: 31, committed: 0, end: 2, commit: true }]);
});

/** The rules once more, as loops over the page's words; shares nothing with the product. */
function oracle(samples: readonly Sample[], now: number, floor: number): PartitionState {
  const n = samples.length;
  if (n === 0) return 'OK';
  const lags: number[] = [];
  for (let i = 0; i < n; i++) {
    const lag = samples[i]!.end - samples[i]!.committed;
    lags.push(lag < 0 ? 0 : lag);
  }
  if (lags[n - 1]! <= floor) return 'OK';
  let firstCommit = -1;
  let lastCommit = -1;
  let everAtEnd = false;
  let wentBack = false;
  let everSmall = false;
  let moved = false;
  let everFell = false;
  for (let i = 0; i < n; i++) {
    if (samples[i]!.commit) {
      if (firstCommit < 0) firstCommit = samples[i]!.at;
      lastCommit = samples[i]!.at;
    }
    if (samples[i]!.end - floor <= samples[n - 1]!.committed) everAtEnd = true;
    if (samples[i]!.committed > samples[n - 1]!.committed) wentBack = true;
    if (lags[i]! <= floor) everSmall = true;
    if (samples[i]!.committed !== samples[0]!.committed) moved = true;
    if (i > 0 && lags[i]! < lags[i - 1]!) everFell = true;
  }
  const silent = lastCommit < 0 || now - lastCommit > lastCommit - firstCommit;
  if (n >= 3 && silent && !everAtEnd) return 'STOP';
  if (wentBack) return 'REWIND';
  if (everSmall) return 'OK';
  if (n < 10) return 'OK';
  if (!moved) return 'STALL';
  return everFell ? 'OK' : 'WARN';
}

test('every history is judged as by the rules written out as loops', () => {
  // A mood per history, since chance alone rarely stands still ten times, or falls behind at every step of them.
  const moods = {
    still: { reads: () => 0, makes: (made: number) => made },
    forward: { reads: Math.abs, makes: (made: number) => made },
    behind: { reads: (read: number) => Math.abs(read) % 4, makes: (made: number) => made + 4 },
    any: { reads: (read: number) => read, makes: (made: number) => made },
  };
  const step = fc.record({
    ms: fc.integer({ min: 1, max: 5_000 }),
    made: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 20 })),
    read: fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      { weight: 4, arbitrary: fc.integer({ min: -15, max: 25 }) },
    ),
    hasMember: fc.boolean(),
  });
  const seen = new Map<PartitionState, number>();
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.values(moods)),
      fc.array(step, { minLength: 1, maxLength: 25 }),
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: 0, max: 4 }),
      (mood, history, backlog, floor) => {
        let [at, committed, end] = [1_000_000, 100, 100 + backlog];
        let samples: readonly Sample[] = [];
        for (const { ms, made, read, hasMember } of history) {
          at += ms;
          end += mood.makes(made);
          committed = Math.max(0, Math.min(end, committed + mood.reads(read)));
          samples = withSample(samples, { at, committed, end, hasMember });
          const state = judge(samples, at, floor);
          seen.set(state, (seen.get(state) ?? 0) + 1);
          expect(state).toBe(oracle(samples, at, floor));
        }
      },
    ),
    { numRuns: 2_000 },
  );
  // The histories reach every state, or the comparison would prove little.
  expect([...seen.keys()].sort()).toEqual(['OK', 'REWIND', 'STALL', 'STOP', 'WARN']);
});

test('a consumer that reads on within its window is never STOP, STALL or REWIND', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ made: fc.integer({ min: 0, max: 9 }), read: fc.integer({ min: 1, max: 9 }) }), {
        minLength: 1,
        maxLength: 40,
      }),
      (history) => {
        let [committed, end] = [0, 500];
        let samples: readonly Sample[] = [];
        history.forEach(({ made, read }, i) => {
          end += made;
          committed = Math.min(end, committed + read);
          samples = withSample(samples, { at: i * second, committed, end, hasMember: true });
          expect(['OK', 'WARN']).toContain(judge(samples, i * second));
        });
      },
    ),
  );
});
