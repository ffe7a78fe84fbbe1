import { testConfig } from '../../testing/config';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { inspect } from '../inspect';
import type { Source } from '../installation';

const table = 's.events';
let engine: TestEngine;

/** Role events with dimension x. */
async function dimensionX(from: string): Promise<Source> {
  const [column = '', ...path] = from.split('.');
  const events = {
    table,
    sourceClass: 'append',
    columns: { id: 'id', time: 'at', event: 'name', user: 'who', ingestedAt: 'seen' },
    dimensions: [{ name: 'x', from, column, path }],
  } as const;
  const { sources } = await inspect(testConfig({ database: 'tm', roles: { events } }), engine.db);
  return sources.events!;
}

beforeAll(async () => {
  engine = await startEngine();
  await engine.db.command('CREATE DATABASE s');
  await engine.db.command(`CREATE TABLE ${table} (id UInt64, at DateTime, name String, who String, seen DateTime,
    land LowCardinality(String), age Nullable(UInt8), lang LowCardinality(Nullable(String)), kind Enum8('web' = 1, 'app' = 2), token UUID,
    words Map(LowCardinality(String), String), counts Map(String, UInt32), maybe Map(String, Nullable(Float64)),
    deep Map(String, Map(String, UInt8)), byId Map(UInt16, String), coded Map(String, String),
    props JSON, typed JSON(a.b UInt32), held Map(String, JSON),
    geo Tuple(city String, \`post code\` Nullable(UInt32), at Tuple(lat Float64, lon Float64)), pair Tuple(String, UInt8),
    both Tuple(j JSON, m Map(String, Int8)), text String, maybeText Nullable(String), lowText LowCardinality(Nullable(String)),
    \`odd.name\` String, list Array(String)) ENGINE = MergeTree ORDER BY id`);
  const full = {
    ...{ id: 1, land: 'DE', age: 30, lang: 'de', kind: 'app', token: '00000000-0000-0000-0000-000000000001' },
    words: { plan: 'pro', "it's": 'quoted' },
    ...{ counts: { n: 7 }, maybe: { x: 1.5 }, deep: { a: { b: 3 } }, byId: { 5: 'five' } },
    coded: { payload: '{"x":{"y":1}}' },
    props: { plan: 'pro', n: 5, big: 12345678901234, f: 1.5, ok: true, geo: { city: 'Ulm' }, "we ird'": 'w' },
    typed: { a: { b: 4 } },
    held: { k: { x: { y: 5 } } },
    geo: { city: 'Bonn', 'post code': 53111, at: { lat: 50.5, lon: 7 } },
    pair: ['first', 2],
    both: { j: { q: 9 }, m: { z: -1 } },
    text: '{"plan":"pro","n":5,"f":2.5,"ok":false,"none":null,"geo":{"city":"Ulm"}}',
    ...{ maybeText: '{"a":"b"}', lowText: '{"a":"b"}', 'odd.name': 'dotted' },
  };
  await engine.db.insert(table, [full, { id: 2, text: 'no JSON', props: { plan: 7, geo: 'no object' } }]);
}, 60_000);
afterAll(async () => engine.stop());

test.each([
  ['land', 'LowCardinality(String) alone', 'DE', ''],
  ['age', 'Nullable integer', '30', ''],
  ['lang', 'LowCardinality(Nullable(String))', 'de', ''],
  ['kind', 'Enum', 'app', 'web'],
  ['token', 'UUID', '00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000000'],
  ['odd.name', 'column with a dot in its name', 'dotted', ''],
  ['words.plan', 'Map of String', 'pro', ''],
  ["words.it's", 'Map key with a quote', 'quoted', ''],
  ['counts.n', 'Map of numbers: a missing one is not 0', '7', ''],
  ['maybe.x', 'Map of Nullable', '1.5', ''],
  ['deep.a.b', 'Map of Map', '3', ''],
  ['byId.5', 'Map with integer keys', 'five', ''],
  ['coded.payload.x.y', 'JSON text in a Map', '1', ''],
  ['props.plan', 'JSON: text and number under one path', 'pro', '7'],
  ['props.n', 'JSON integer', '5', ''],
  ['props.big', 'JSON great integer', '12345678901234', ''],
  ['props.f', 'JSON fraction', '1.5', ''],
  ['props.ok', 'JSON Bool', 'true', ''],
  ['props.geo.city', 'JSON in JSON', 'Ulm', ''],
  ['props.missing', 'JSON path that no row has', '', ''],
  ["props.we ird'", 'JSON key with space and quote', 'w', ''],
  ['typed.a.b', 'JSON with a typed path: its default where missing', '4', '0'],
  ['held.k.x.y', 'JSON in a Map', '5', ''],
  ['geo.city', 'Tuple', 'Bonn', ''],
  ['geo.post code', 'Tuple, Nullable element with a space', '53111', ''],
  ['geo.at.lat', 'Tuple in Tuple', '50.5', '0'],
  ['pair.2', 'Tuple without names', '2', '0'],
  ['both.j.q', 'JSON in Tuple', '9', ''],
  ['both.m.z', 'Map in Tuple', '-1', ''],
  ['text.plan', 'JSON text', 'pro', ''],
  ['text.n', 'JSON text, integer', '5', ''],
  ['text.f', 'JSON text, fraction', '2.5', ''],
  ['text.ok', 'JSON text, Bool', 'false', ''],
  ['text.none', 'JSON text, null', '', ''],
  ['text.geo.city', 'JSON text, nested', 'Ulm', ''],
  ['maybeText.a', 'JSON in Nullable text', 'b', ''],
  ['lowText.a', 'JSON in LowCardinality(Nullable) text', 'b', ''],
])('%s (%s) gives its text', async (from, _, first, second) => {
  const source = await dimensionX(from);
  expect([source.dimensions, source.nullable]).toEqual([['x'], []]);
  const rows = await engine.db.query<{ v: string; type: string }>(
    `SELECT toString(${source.columns['x']}) AS v, toTypeName(${source.columns['x']}) AS type FROM ${table} ORDER BY id`,
  );
  expect(rows.map((r) => r.v)).toEqual([first, second]);
  expect(rows[0]?.type.replace(/^LowCardinality\((.*)\)$/, '$1')).toBe(source.types['x']);
});

test.each([
  [
    'nowhere.plan',
    'roles.events.dimensions.x: table s.events has no column "nowhere". It has: id, at, name, who, seen, land, age, ',
  ],
  [
    'props',
    'roles.events.dimensions.x: "props" of s.events does not lead to one value: there is JSON. Write a path to one value of it, such as props.plan.',
  ],
  ['geo', 'Write one of its elements: geo.city, geo.post code, geo.at.'],
  ['geo.town', '. It has no element "town". It has: city, post code, at.'],
  ['geo.at', 'there is Tuple(lat Float64, lon Float64). Write one of its elements: geo.at.lat, geo.at.lon.'],
  ['byId.five', 'there is Map(UInt16, String). "five" is no key of type UInt16. Write a key that is.'],
  [
    'list',
    'there is Array(String). A dimension has one value per row: map another column, or a view that makes one of it.',
  ],
  ['token.x', 'there is UUID. Write the column alone, or a path into a Map, JSON, Tuple or String (with JSON) column.'],
])('%s is refused: %s', async (from, text) => {
  await expect(dimensionX(from)).rejects.toThrow(text);
});

test.each(["words.x'] OR 1 --", "text.x') OR 1 --", 'props.x` OR 1 --', "words.x\\'"])(
  'hostile path %s stays text',
  async (from) => {
    const source = await dimensionX(from);
    const rows = await engine.db.query(`SELECT ${source.columns['x']} AS v FROM ${table}`);
    expect(rows).toEqual([{ v: '' }, { v: '' }]);
  },
);
