import { Random } from '../../testing/law/random';
import { bucketOf, firstInstant } from '../../testing/planner/oracle';
import { dayStart, dayText, localDay } from './calendar';
import type { CalendarInterval } from './interval';
import { bucketEnd, bucketSql, bucketStart, intervalText, parseInterval } from './interval';

test.each([
  ['day', { count: 1, unit: 'day' }],
  ['15m', { count: 15, unit: 'minute' }],
  ['15 minutes', { count: 15, unit: 'minute' }],
  ['1h', { count: 1, unit: 'hour' }],
  ['24h', { count: 1, unit: 'day' }],
  ['1M', { count: 1, unit: 'month' }],
  ['week', { count: 1, unit: 'week' }],
  ['7 days', { count: 7, unit: 'day' }],
  ['all', 'all'],
])('the interval %j', (text, expected) => expect(parseInterval(text)).toEqual(expected));

test.each(['', '0d', '7h', '2w', '25h', 'fortnight', '1.5h', '-1d', '367d', 'day; DROP'])(
  '%j is no interval, and the accepted ones are told',
  (text) => {
    expect(() => parseInterval(text)).toThrow(
      / is not known\. Accepted are: all; N minute or N hour that divide a day/,
    );
  },
);

// With clock changes at night, at midnight (Cairo, Santiago, Beirut), of half an hour, and a day left out (Apia, 30 December 2011).
const zones = [
  'UTC',
  'Europe/Berlin',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'America/St_Johns',
  'Africa/Cairo',
  'America/Santiago',
  'Asia/Beirut',
  'America/Havana',
  'Pacific/Apia',
];
const intervals: readonly CalendarInterval[] = ['15m', '1h', '6h', 'day', '3d', 'week', 'month', 'quarter', 'year'].map(
  (text) => parseInterval(text) as CalendarInterval,
);

test.each(zones)('buckets of %s begin and end where its wall clocks say', (zone) => {
  const random = new Random(zone.length);
  for (let n = 0; n < 150; n++) {
    const ms = Date.UTC(2011, 0, 1) + random.below(16 * 365) * 86_400_000 + random.below(86_400_000);
    const weekStart = random.pick(['monday', 'sunday'] as const);
    const interval = random.pick(intervals);
    const told = [bucketStart(ms, interval, { zone, weekStart }), bucketEnd(ms, interval, { zone, weekStart })];
    expect([intervalText(interval), ms, ...told]).toEqual([
      intervalText(interval),
      ms,
      ...bucketOf(ms, interval, zone, weekStart),
    ]);
  }
});

test.each([
  ['Africa/Cairo', Date.UTC(2026, 3, 24), '2026-04-23T22:00:00.000Z'],
  ['America/Santiago', Date.UTC(2026, 8, 6), '2026-09-06T04:00:00.000Z'],
  ['America/Havana', Date.UTC(2026, 10, 1), '2026-11-01T04:00:00.000Z'],
  ['Pacific/Apia', Date.UTC(2011, 11, 30), '2011-12-30T10:00:00.000Z'],
])('a day of %s whose midnight is left out or comes twice has one first instant', (zone, date, first) => {
  const day = date / 86_400_000;
  expect(new Date(dayStart(day, zone)).toISOString()).toBe(first);
  expect(dayStart(day, zone)).toBe(firstInstant(day, zone));
  expect(dayText(localDay(dayStart(day, zone), zone)) >= dayText(day)).toBe(true);
});

test('the SQL of a bucket', () => {
  const calendar = { zone: 'Asia/Kathmandu', weekStart: 'sunday' } as const;
  const sql = (text: string) => bucketSql({ instant: 'at' }, parseInterval(text) as CalendarInterval, calendar);
  expect(sql('day')).toBe("toDateTime(toDate(at, 'Asia/Kathmandu'), 'Asia/Kathmandu')");
  expect(sql('week')).toBe("toDateTime(toStartOfWeek(toDate(at, 'Asia/Kathmandu'), 0), 'Asia/Kathmandu')");
  expect(sql('15m')).toBe(
    "toDateTime(toUnixTimestamp(toDateTime(toDate(at, 'Asia/Kathmandu'), 'Asia/Kathmandu')) + intDiv((toUnixTimestamp(at) - toUnixTimestamp(toDateTime(toDate(at, 'Asia/Kathmandu'), 'Asia/Kathmandu'))), 900) * 900, 'Asia/Kathmandu')",
  );
  expect(bucketSql({ day: 'd' }, { count: 3, unit: 'day' }, calendar)).toBe(
    "toDateTime(toDate(intDiv(toUInt16(d), 3) * 3), 'Asia/Kathmandu')",
  );
});
