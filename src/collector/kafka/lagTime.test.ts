import fc from 'fast-check';

import { keptPoints, lagTime, withEnd } from './lagTime';
import type { EndPoint } from './lagTime';

const seen = (...looks: readonly (readonly [number, number])[]) =>
  looks.reduce<readonly EndPoint[]>((points, [at, end]) => withEnd(points, at, end), []);

test('nothing waits: no lag, however long the topic is quiet', () => {
  expect(lagTime([], 5, 99_000)).toEqual({ seconds: 0, atLeast: false });
  expect(lagTime(seen([0, 10], [90_000, 10]), 10, 99_000)).toEqual({ seconds: 0, atLeast: false });
});

test('takes the time of the first unread message from the line between two looks', () => {
  const points = seen([0, 100], [10_000, 200]);
  expect(lagTime(points, 149, 20_000)).toEqual({ seconds: 15, atLeast: false });
  expect(lagTime(points, 199, 20_000)).toEqual({ seconds: 10, atLeast: false });
});

test('counts from the end of a quiet spell, not from its begin', () => {
  const points = seen([0, 100], [10_000, 100], [600_000, 100], [610_000, 110]);
  expect(points).toHaveLength(2);
  expect(lagTime(points, 100, 610_000).seconds).toBeCloseTo(9, 5);
});

test('says at least, where the message is older than the first look', () => {
  expect(lagTime(seen([5_000, 100], [15_000, 100]), 40, 30_000)).toEqual({ seconds: 25, atLeast: true });
});

test('begins anew where the topic was made again', () => {
  expect(seen([0, 100], [1_000, 3])).toEqual([{ end: 3, from: 1_000, to: 1_000 }]);
});

test('reaches further and further back with sixty points, the newest exact', () => {
  let points: readonly EndPoint[] = [];
  for (let i = 0; i < 5_000; i++) points = withEnd(points, i * 1_000, i * 10);
  expect(points.length).toBeLessThanOrEqual(keptPoints);
  expect(points[0]).toEqual({ end: 0, from: 0, to: 0 });
  // 1,000 s ago is told to within a few per cent; the last 20 s to the second.
  expect(lagTime(points, 39_990, 4_999_000).seconds / 1_000).toBeCloseTo(1, 1);
  expect(lagTime(points, 49_790, 4_999_000).seconds).toBeCloseTo(20, 0);
});

test('is off by no more than the looks around the message are apart', () => {
  fc.assert(
    fc.property(
      // Messages at random moments, some at once, some after long silence; looks at random moments beside them.
      fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 30_000 })), { minLength: 1, maxLength: 80 }),
      fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 2, maxLength: keptPoints }),
      fc.nat(80),
      (gaps, pauses, reads) => {
        let clock = 10_000;
        const written = gaps.map((gap) => (clock += gap));
        let at = 5_000;
        const looks = pauses.map((pause) => (at += pause));
        const endAt = (moment: number) => written.filter((time) => time <= moment).length;
        const points = seen(...looks.map((look) => [look, endAt(look)] as const));
        const now = looks.at(-1)!;
        const committed = Math.min(reads, endAt(now));
        const { seconds, atLeast } = lagTime(points, committed, now);
        const truth = committed < endAt(now) ? (now - written[committed]!) / 1_000 : 0;
        if (atLeast) return expect(truth).toBeGreaterThanOrEqual(seconds);
        const next = looks.find((look) => endAt(look) > committed);
        const before = looks.filter((look) => endAt(look) <= committed).at(-1);
        const room = next === undefined || before === undefined ? 0 : (next - before) / 1_000;
        expect(Math.abs(seconds - truth)).toBeLessThanOrEqual(room + 1e-9);
      },
    ),
    { numRuns: 1_000 },
  );
});
