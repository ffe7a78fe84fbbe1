import { checkZone, dayIn, wallClock } from './zone';
import { parseDuration } from './duration';

test.each([
  ['utc', 'UTC'],
  ['UTC', 'UTC'],
  ['Etc/UTC', 'Etc/UTC'],
  ['europe/berlin', 'Europe/Berlin'],
  ['Asia/Kolkata', 'Asia/Kolkata'],
  ['Asia/Calcutta', 'Asia/Calcutta'],
  ['America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
])('the zone %s is %s to ClickHouse', (given, name) => expect(checkZone(given)).toBe(name));

test.each(['', 'browser', 'Mars/Base', '+02:00', "UTC'", 'UTC ', '../UTC', 'Europe/Berlin\n'])(
  '%j is no zone',
  (zone) => {
    expect(() => checkZone(zone)).toThrow(/^Time zone .* does not exist\. Use an IANA name/);
  },
);

test.each([
  [0, 'America/New_York', '1969-12-31'],
  [Date.UTC(2024, 11, 31, 10), 'Pacific/Kiritimati', '2025-01-01'],
  [Date.UTC(2024, 11, 31, 10), 'Pacific/Niue', '2024-12-30'],
  [Date.UTC(99, 0, 1), 'UTC', '1999-01-01'],
  [new Date(0).setUTCFullYear(99, 5, 1), 'UTC', '0099-06-01'],
])('the day of %d in %s is %s', (ms, zone, day) => expect(dayIn(ms, zone)).toBe(day));

test('a wall clock shows both passes of a repeated hour with their offsets', () => {
  const first = Date.UTC(2024, 9, 27, 0, 30, 15, 250);
  const clock = { year: 2024, month: 10, day: 27, hour: 2, minute: 30, second: 15, millisecond: 250, weekday: 0 };
  expect(wallClock(first, 'Europe/Berlin')).toEqual({ ...clock, offsetMinutes: 120 });
  expect(wallClock(first + 3_600_000, 'Europe/Berlin')).toEqual({ ...clock, offsetMinutes: 60 });
  expect(wallClock(-1, 'UTC')).toMatchObject({ year: 1969, second: 59, millisecond: 999, offsetMinutes: 0 });
});

test.each([
  ['5m', { count: 5, unit: 'm' }],
  ['1M', { count: 1, unit: 'M' }],
  [' 10 s ', { count: 10, unit: 's' }],
  ['500ms', { count: 500, unit: 'ms' }],
  ['0m', undefined],
  ['m', undefined],
  ['-5m', undefined],
  ['1.5h', undefined],
  ['1min', undefined],
  ['9999999999s', undefined],
])('the duration %j', (text, expected) => expect(parseDuration(text)).toEqual(expected));
