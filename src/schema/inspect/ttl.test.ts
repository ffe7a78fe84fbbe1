import { deletingTerms, keepsDaysOf, ttlDays } from './ttl';
import { splitTopLevel, tupleElements, typeArguments } from './types';

test('only terms by which rows vanish are looked at', () => {
  const full =
    "MergeTree PARTITION BY toYYYYMM(at) ORDER BY id TTL at + toIntervalDay(90), toDate(at) + toIntervalYear(1) WHERE v = 1, at + toIntervalHour(6) GROUP BY id SET v = max(v), toDateTime(at, 'UTC') + toIntervalMonth(2) RECOMPRESS CODEC(ZSTD(3)), at + toIntervalMonth(1) TO VOLUME 'default' SETTINGS index_granularity = 100";
  expect(deletingTerms(full)).toEqual(['at + toIntervalDay(90)', 'at + toIntervalHour(6) GROUP BY id SET v = max(v)']);
  expect(deletingTerms('MergeTree ORDER BY id SETTINGS index_granularity = 8192')).toEqual([]);
  expect(deletingTerms('')).toEqual([]);
});

test.each([
  ['at + toIntervalDay(90)', 90],
  ['toDateTime(at) + toIntervalDay(90)', 90],
  ["toDateTime(at, 'Asia/Kolkata') + toIntervalWeek(12)", 84],
  ['toDate(`at`) + toIntervalMonth(1)', 28],
  ['`at` + toIntervalMonth(3)', 88],
  ['at + toIntervalYear(2)', 730],
  ['at + toIntervalHour(30)', 1],
  ['seen + toIntervalDay(90)', undefined],
  ['toStartOfDay(at) + toIntervalDay(90)', undefined],
  ['at + toIntervalDay(days)', undefined],
  ['(at + toIntervalDay(1)) + toIntervalDay(2)', undefined],
])('%s leaves %s days', (term, days) => {
  expect(ttlDays(term, 'at')).toBe(days);
});

test.each([
  ['at + toIntervalDay(90)', undefined, 89],
  ['at + toIntervalDay(90)', 90, 89],
  ['at + toIntervalDay(90)', 30, 30],
  ['at + toIntervalHour(30)', undefined, 0],
  ['seen + toIntervalDay(90)', 60, 60],
])('TTL %s with keepsDays %s: %s whole days', (term, keepsDays, whole) => {
  const engineFull = `MergeTree ORDER BY id TTL ${term} SETTINGS index_granularity = 8192`;
  expect(keepsDaysOf({ role: 'events', table: 'a.b', time: 'at', engineFull, keepsDays })).toBe(whole);
});

test('a source without TTL keeps its rows for ever, or as long as tidemark.yaml says', () => {
  const of = (keepsDays?: number) =>
    keepsDaysOf({ role: 'events', table: 'a.b', time: 'at', engineFull: 'MergeTree ORDER BY id', keepsDays });
  expect([of(), of(400)]).toEqual([null, 400]);
});

test('types are taken apart at their own level', () => {
  expect(typeArguments("Map(String, Tuple(a Enum8('x,(' = 1), b UInt8))")).toEqual([
    'String',
    "Tuple(a Enum8('x,(' = 1), b UInt8)",
  ]);
  expect(typeArguments('String')).toEqual([]);
  expect(splitTopLevel("a, f(b, c), `d,e`, 'it\\'s, '")).toEqual(['a', 'f(b, c)', '`d,e`', "'it\\'s, '"]);
  expect([...tupleElements("Tuple(a UInt8, `b c` Tuple(d String), e Enum8('x y' = 1))")]).toEqual([
    ['a', 'UInt8'],
    ['b c', 'Tuple(d String)'],
    ['e', "Enum8('x y' = 1)"],
  ]);
  expect([...tupleElements('Tuple(String, Nullable(UInt8))').keys()]).toEqual(['1', '2']);
});
