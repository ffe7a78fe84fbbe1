import { questionOf } from './explain';

const nowMs = Date.UTC(2026, 2, 29, 14, 30);
const flags = { interval: 'day', by: [], where: [] };
const asked = (own: object, zone = 'Europe/Berlin') => questionOf('dau', { ...flags, ...own }, zone, nowMs);
const iso = (ms: number) => new Date(ms).toISOString().replace(':00.000Z', '');

test('without options it is the last thirty days up to now, in the reporting zone', () => {
  const { fromMs, toMs, timezone, interval, by, where } = asked({});
  expect([iso(fromMs), iso(toMs), timezone]).toEqual(['2026-02-26T23:00', '2026-03-29T14:30', 'Europe/Berlin']);
  expect({ interval, by, where }).toEqual({ interval: { count: 1, unit: 'day' }, by: [], where: [] });
});

// Clocks go from 02:00 to 03:00 on 29 March 2026 in Berlin.
test.each([
  ['2026-03-29', '2026-03-28T23:00'],
  ['2026-03-30', '2026-03-29T22:00'],
  ['2026-03-29T01:30', '2026-03-29T00:30'],
  ['2026-03-29 12:00', '2026-03-29T10:00'],
  ['2026-03-29T12:00:00Z', '2026-03-29T12:00'],
  ['2026-03-29T12:00+05:45', '2026-03-29T06:15'],
  ['now', '2026-03-29T14:30'],
  ['2h', '2026-03-29T12:30'],
  ['1d', '2026-03-27T23:00'],
  ['1w', '2026-03-21T23:00'],
])('--from %s', (from, expected) => expect(iso(asked({ from }).fromMs)).toBe(expected));

test.each([
  ['event=a,b', { dimension: 'event', operator: '=', values: ['a', 'b'] }],
  ['event!=a', { dimension: 'event', operator: '!=', values: ['a'] }],
  ['event=~^a{1,2}$', { dimension: 'event', operator: 'matches', values: ['^a{1,2}$'] }],
  ['event!~a=b', { dimension: 'event', operator: 'not matches', values: ['a=b'] }],
  ['event=', { dimension: 'event', operator: '=', values: [''] }],
])('--where %s', (where, expected) => expect(asked({ where: [where] }).where).toEqual([expected]));

test.each<[object, RegExp]>([
  [{ from: 'yesterday' }, /^--from "yesterday" is no time\. Write a day/],
  [{ to: '2026-13-01' }, /^--to "2026-13-01" is no time\./],
  [{ where: ['event'] }, /^--where "event" is no filter\./],
  [{ top: 'x' }, /^--top "x" is no whole number\.$/],
  [{ tz: 'Mars/Base' }, /^Time zone "Mars\/Base" does not exist\./],
  [{ interval: '7h' }, /^The interval "7 hours" is not known\./],
])('%j is refused in one sentence', (own, sentence) => expect(() => asked(own)).toThrow(sentence));
