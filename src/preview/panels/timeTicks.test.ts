import { timeTicks } from './timeTicks';

const at = (text: string) => Date.parse(text);

test('marks lie at round times of the zone', () => {
  const ticks = timeTicks(at('2026-03-28T23:10:00Z'), at('2026-03-29T05:00:00Z'), 6, 'utc');
  expect(ticks.map((t) => t.text)).toEqual(['00:00', '01:00', '02:00', '03:00', '04:00', '05:00']);
  const kathmandu = timeTicks(at('2026-03-28T00:00:00Z'), at('2026-03-31T00:00:00Z'), 3, 'Asia/Kathmandu');
  expect(kathmandu.map((t) => [new Date(t.ms).toISOString(), t.text])).toEqual([
    ['2026-03-28T18:15:00.000Z', '03/29'],
    ['2026-03-29T18:15:00.000Z', '03/30'],
    ['2026-03-30T18:15:00.000Z', '03/31'],
  ]);
});

test('a longer range has wider steps, an empty one has no mark beyond its end', () => {
  const year = timeTicks(at('2025-01-01T00:00:00Z'), at('2026-01-01T00:00:00Z'), 6, 'utc');
  expect(year.length).toBeLessThanOrEqual(6);
  expect(year.length).toBeGreaterThan(2);
  expect(timeTicks(at('2026-01-01T00:00:30Z'), at('2026-01-01T00:00:40Z'), 5, 'utc')).toEqual([]);
});
