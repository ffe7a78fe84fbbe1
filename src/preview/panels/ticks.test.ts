import { niceTicks } from './ticks';

test.each([
  [0, 100, 5, [0, 20, 40, 60, 80, 100]],
  [0, 97, 4, [0, 25, 50, 75, 100]],
  [-7, 12, 4, [-10, -5, 0, 5, 10, 15]],
  [0, 0.3, 3, [0, 0.1, 0.2, 0.3]],
  [0, 1234567, 4, [0, 500000, 1000000, 1500000]],
])('covers %p to %p in about %p round steps', (min, max, count, ticks) => {
  expect(niceTicks(min, max, count)).toEqual(ticks);
});

test('widens a range without extent', () => {
  const ticks = niceTicks(3, 3, 4);
  expect(ticks[0]).toBeLessThanOrEqual(3);
  expect(ticks[ticks.length - 1]).toBeGreaterThan(3);
});
