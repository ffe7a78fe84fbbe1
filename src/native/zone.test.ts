import { clockText, dayStartMs, dayText, offsetMs } from './zone';

const utc = (text: string) => Date.parse(`${text}Z`);

test.each([
  ['UTC', '2026-07-01T00:00', 0],
  ['Europe/Berlin', '2026-07-01T00:00', 2],
  ['Europe/Berlin', '2026-01-01T00:00', 1],
  ['Asia/Kolkata', '2026-01-01T00:00', 5.5],
  ['Asia/Kathmandu', '2026-01-01T00:00', 5.75],
  ['America/New_York', '1969-07-01T00:00', -4],
  ['No/Such_Zone', '2026-01-01T00:00', 0],
])('%s is ahead of UTC at %s by %d h', (zone, at, hours) => {
  expect(offsetMs(zone, utc(at))).toBe(hours * 3_600_000);
});

test('the offset changes at the very second of a clock change, cached or not', () => {
  const change = utc('2026-03-29T01:00:00');
  expect([change - 1, change, change + 1, change - 1].map((ms) => offsetMs('Europe/Berlin', ms) / 3_600_000)).toEqual([
    1, 2, 2, 1,
  ]);
});

test.each([
  ['UTC', '2026-03-29', '2026-03-29T00:00'],
  ['America/New_York', '2026-03-29', '2026-03-29T04:00'],
  ['Europe/Berlin', '2026-03-29', '2026-03-28T23:00'],
  ['Europe/Berlin', '2026-03-30', '2026-03-29T22:00'],
  ['Pacific/Auckland', '2026-01-01', '2025-12-31T11:00'],
  // Midnight is skipped: the day begins at one o'clock.
  ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00'],
  ['Asia/Beirut', '2022-03-27', '2022-03-26T22:00'],
  // Midnight comes twice: the day begins at the first.
  ['America/Havana', '2025-11-02', '2025-11-02T04:00'],
])('in %s the day %s begins at %s UTC', (zone, day, start) => {
  expect(new Date(dayStartMs(zone, utc(`${day}T00:00`))).toISOString().slice(0, 16)).toBe(start);
});

test('texts of instants and days; years beyond four digits are out of range', () => {
  expect(clockText('Asia/Tokyo', utc('1999-12-31T23:59:59.999'))).toBe('2000-01-01 08:59:59');
  expect(dayText(-25567)).toBe('1900-01-01');
  expect([dayText(2 ** 31), clockText('Asia/Tokyo', 1e17), clockText('UTC', NaN)]).toEqual(
    Array(3).fill('out of range'),
  );
});
