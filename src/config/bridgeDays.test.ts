import fc from 'fast-check';

import { withBridgeDays } from './bridgeDays';

const bridgesOf = (...days: readonly string[]) =>
  withBridgeDays(days.map((day) => ({ day, name: 'off' })))
    .filter(({ name }) => name.startsWith('bridge day'))
    .map(({ day }) => day);

test.each([
  ['a Thursday: the Friday after it', ['2025-05-29'], ['2025-05-30']],
  ['a Tuesday: the Monday before it', ['2024-10-01'], ['2024-09-30']],
  ['a Wednesday: nothing, two days on either side are worked', ['2025-01-01'], []],
  ['a Friday and a Monday: nothing', ['2025-04-18', '2025-04-21'], []],
  ['a Sunday: nothing', ['2025-11-02'], []],
  ['two holidays with a working day between', ['2025-03-04', '2025-03-06'], ['2025-03-03', '2025-03-05', '2025-03-07']],
  [
    'Christmas to New Year 2024: Friday, and Monday and Tuesday across the weekend',
    ['2024-12-25', '2024-12-26', '2025-01-01'],
    ['2024-12-27', '2024-12-30', '2024-12-31'],
  ],
  [
    'Christmas 2025 with New Year’s Eve off: Monday and Tuesday',
    ['2025-12-25', '2025-12-26', '2025-12-31', '2026-01-01'],
    ['2025-12-29', '2025-12-30', '2026-01-02'],
  ],
])('%s', (_, holidays, bridges) => {
  expect(bridgesOf(...holidays)).toEqual(bridges);
});

test('holidays stay as they are, sorted, and a bridge day is named after one beside it', () => {
  const days = [
    { day: '2025-05-29', name: 'Ascension Day' },
    { day: '2025-05-01', name: 'Labour Day' },
  ];
  expect(withBridgeDays(days)).toEqual([
    { day: '2025-05-01', name: 'Labour Day' },
    { day: '2025-05-02', name: 'bridge day (Labour Day)' },
    { day: '2025-05-29', name: 'Ascension Day' },
    { day: '2025-05-30', name: 'bridge day (Ascension Day)' },
  ]);
});

test('every bridge day is a working day, in a run of one or two with a day off on both sides', () => {
  const day = fc.integer({ min: 20_000, max: 20_120 });
  const text = (number: number) => new Date(number * 86_400_000).toISOString().slice(0, 10);
  const weekday = (iso: string) => new Date(`${iso}T00:00:00Z`).getUTCDay();
  fc.assert(
    fc.property(fc.uniqueArray(day, { minLength: 1, maxLength: 8 }), (numbers) => {
      const given = numbers.map(text);
      const found = bridgesOf(...given);
      expect(new Set([...given, ...found]).size).toBe(given.length + found.length);
      const isWorked = (number: number) => ![0, 6].includes(weekday(text(number))) && !given.includes(text(number));
      for (const bridge of found) {
        const number = Date.parse(bridge) / 86_400_000;
        let [first, last] = [number, number];
        while (isWorked(first - 1)) first -= 1;
        while (isWorked(last + 1)) last += 1;
        expect([bridge, isWorked(number), last - first + 1 <= 2]).toEqual([bridge, true, true]);
      }
    }),
  );
});
