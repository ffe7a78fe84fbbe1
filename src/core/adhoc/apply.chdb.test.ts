import fc from 'fast-check';

import { applyAdhocFilters } from './apply';
import { literal } from '../sql/quote';
import { predicates } from './predicate';
import { startEngine } from '../../testing/engine';
import type { AdhocFilter } from './filter';
import type { TestEngine } from '../../testing/engine';

/** Random statements; `npm run test:soak` asks for more. */
const statements = Number(process.env['TIDEMARK_STATEMENTS'] ?? 500);

jest.setTimeout(120_000 + statements * 100);

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
  await engine.db.command(
    `CREATE TABLE ev (d Date, t DateTime, id UInt32, country String, city LowCardinality(Nullable(String)), n Int32, e Enum('a' = 1, 'b' = 2), labels Map(String, String), tags Array(String), js JSON, \`o'dd\` String) ENGINE = ReplacingMergeTree ORDER BY (country, id) SAMPLE BY id SETTINGS index_granularity = 8`.replace(
      'ORDER BY (country, id) SAMPLE BY id',
      'ORDER BY (country, id)',
    ),
  );
  await engine.db.command(
    `INSERT INTO ev SELECT toDate('2024-01-01') + number % 10, toDateTime('2024-01-01 00:00:00', 'UTC') + number * 3600, number, ['DE', 'FR', 'O''B', 'x\\\\'][number % 4 + 1], [NULL, 'B', 'P'][number % 3 + 1], number % 7 - 3, ['a', 'b'][number % 2 + 1], map('k', toString(number % 5), 'it''s', 'y'), range(number % 3)::Array(String), concat('{"a": {"b": "', toString(number % 4), '"}}'), toString(number % 2) FROM numbers(60)`,
  );
  await engine.db.command('CREATE TABLE other (id UInt32, name String) ENGINE = MergeTree ORDER BY id');
  await engine.db.command("INSERT INTO other SELECT number, concat('n', toString(number % 3)) FROM numbers(40)");
  await engine.db.command('CREATE VIEW param AS SELECT * FROM ev WHERE n > {least:Int32}');
}, 60_000);
afterAll(() => engine.stop());

const run = (sql: string) => engine.db.query(sql);

/**
 * Statements with the place of a condition marked: `⟨WHERE⟩` where it stands alone, `⟨AND⟩` behind a condition in
 * brackets (`⟪…⟫`). With the marks filled in by hand they say what the filter has to yield.
 */
const byHand = (marked: string, condition: string) =>
  marked
    .replaceAll('⟪', '(')
    .replaceAll('⟫', ')')
    .replaceAll('⟨WHERE⟩', () => ` WHERE ${condition}`)
    .replaceAll('⟨AND⟩', () => ` AND ${condition}`);
const bare = (marked: string) => marked.replace(/[⟪⟫]|⟨WHERE⟩|⟨AND⟩/g, '');

const filters: readonly AdhocFilter[] = [
  { key: 'country', operator: '=', value: 'DE' },
  { key: 'country', operator: '!=', value: "O'B" },
  { key: 'country', operator: '=|', value: '', values: ["O'B", 'x\\', 'none'] },
  { key: 'country', operator: '!=|', value: '', values: ['DE', 'x\\'] },
  { key: 'country', operator: '=~', value: "^(D|O')" },
  { key: 'country', operator: '!~', value: '\\\\$' },
  { key: 'city', operator: '=', value: 'B' },
  { key: 'city', operator: '!=', value: 'B' },
  { key: 'city', operator: '=~', value: 'B|P' },
  { key: 'n', operator: '>', value: '0' },
  { key: 'n', operator: '<=', value: '-1' },
  { key: 'n', operator: '=|', value: '', values: ['1', '2'] },
  { key: 'n', operator: '=~', value: '^-' },
  { key: 'e', operator: '=', value: 'b' },
  { key: 'e', operator: '=|', value: '', values: ['a'] },
  { key: 'd', operator: '>=', value: '2024-01-05' },
  { key: 't', operator: '<', value: '2024-01-02 05:00:00' },
  { key: "labels['k']", operator: '=', value: '3' },
  { key: "labels['it\\'s']", operator: '=', value: 'y' },
  { key: 'js.a.b', operator: '=', value: '2' },
  { key: "o'dd", operator: '=', value: '1' },
];

// Tables and what may stand behind them, with at least the columns that the filters name.
const tables = [
  'ev',
  'default.ev',
  '`ev` AS x',
  'ev y FINAL',
  'ev FINAL',
  '{t:Identifier}',
  'param(least = -3)',
  "merge(currentDatabase(), '^ev$')",
];
const joins = [
  '',
  '',
  '',
  ' ARRAY JOIN tags AS tag',
  ' LEFT ARRAY JOIN tags AS tag, tags AS second',
  ' INNER JOIN other USING id',
  ' ANY LEFT JOIN other AS o ON o.id = id',
];
const pre = ['', '', '', ' PREWHERE n != 1'];
const conditions = [
  '⟨WHERE⟩',
  '⟨WHERE⟩',
  ' WHERE ⟪n > -2 OR n = -3⟫⟨AND⟩',
  " WHERE ⟪n IN (1, 2) -- it's\n OR id % 2 = 0⟫⟨AND⟩",
  ' WHERE ⟪n > (SELECT min(n) FROM ev)⟫⟨AND⟩',
  ' WHERE ⟪n > 0 ? 1 : 0⟫⟨AND⟩',
];
const tails = [
  '',
  ' ORDER BY id',
  ' ORDER BY id LIMIT 2 BY n LIMIT 9',
  ' ORDER BY id DESC LIMIT 3 OFFSET 1',
  ' ORDER BY id SETTINGS max_threads = 1',
  ' ORDER BY id -- end',
  ' ORDER BY id /* end */ ;',
];
const lists = [
  'id, n',
  'DISTINCT id',
  '* EXCEPT (js, labels, tags)',
  'id, arrayMap(x -> x + 1, [n]) AS m',
  "id, ' WHERE ' AS w",
  'id, n > 0 ? 1 : 2 AS o',
  'id, country AS c',
  'id, lower(country) AS country, n + 1 AS n',
];
const grouped = ['', ' WITH TOTALS', ' HAVING c > 1', ' WITH ROLLUP HAVING c > 0'];

const of = <T>(items: readonly T[]) => fc.constantFrom(...items);
const plain = fc
  .tuple(of(lists), of(tables), of(joins), of(pre), of(conditions))
  .filter(
    ([list, table, join, pre]) =>
      !(join && (list.startsWith('*') || pre)) && !(pre && /param|merge|Identifier/.test(table)),
  )
  .map(([list, table, join, pre, where]) => `SELECT ${list} FROM ${table}${join}${pre}${where}`);
const aggregated = fc
  .tuple(of(tables), of(conditions), of(grouped))
  .map(([table, where, tail]) => `SELECT n, count() AS c FROM ${table}${where} GROUP BY n${tail} ORDER BY n, c`);
const rows = fc.tuple(plain, of(tails)).map(([sql, tail]) => sql + tail);
const nested = fc.oneof(
  plain.map((sql) => `SELECT count() AS c, min(id) AS low FROM (${sql})`),
  plain.map((sql) => `WITH q AS (${sql}) SELECT count() AS c FROM q`),
  plain.map((sql) => `WITH 1 AS one, q AS (${sql}), r AS (SELECT id FROM q WHERE id > 5) SELECT sum(id) AS s FROM r`),
  fc
    .tuple(plain, plain)
    .map(([a, b]) => `SELECT count() AS c FROM (SELECT id FROM (${a}) UNION ALL SELECT id FROM (${b}))`),
  fc.tuple(of(tables), of(tables)).map(([a, b]) => `SELECT id FROM ${a}⟨WHERE⟩ UNION ALL (SELECT id FROM ${b}⟨WHERE⟩)`),
);

test('a filter yields exactly the rows that the same condition by hand yields', async () => {
  const cases = fc.sample(
    fc.tuple(fc.oneof(rows, aggregated, nested), fc.subarray([...filters], { minLength: 1, maxLength: 3 })),
    statements,
  );
  const wrong: unknown[] = [];
  let some = 0;
  for (const [marked, chosen] of cases) {
    const sql = bare(marked);
    const filtered = applyAdhocFilters(sql, chosen);
    // By hand, names that an alias hides are asked of the table: which one it is, each table of `tables` says.
    const hiding = /lower\(country\) AS country/.test(marked);
    if (hiding && /param|merge|Identifier/.test(marked)) continue;
    const condition = predicates(chosen, hiding ? (key) => byTable(key) : undefined).sql;
    const [ours, theirs] = await Promise.all([answer(filtered.sql), answer(byHand(marked, condition))]);
    if (ours !== theirs || filtered.notices.length > 0) wrong.push({ sql, ours, theirs, filtered });
    else if (!ours.startsWith('error') && ours !== '[]') some++;
  }
  expect(wrong).toEqual([]);
  expect(some).toBeGreaterThan(200);
});

const byTable = (key: string) => (key.includes('.') ? keyOf(key) : `ev.${keyOf(key)}`);
const keyOf = (key: string) => predicates([{ key, operator: '=', value: '' }]).sql.replace(/ = ''$/, '');

async function answer(sql: string): Promise<string> {
  try {
    const rows = await engine.db.query<Record<string, unknown>>(sql.replace(/;\s*$/, ''), { t: 'ev' });
    const ordered = /ORDER BY/.test(sql)
      ? rows
      : [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    return JSON.stringify(ordered);
  } catch (thrown) {
    return `error ${String((thrown as { code?: string }).code)}`;
  }
}

test('hostile values and keys find nothing and change nothing', async () => {
  const hostile = [
    "' OR 1 = 1 -- ",
    "\\' OR 1 = 1 -- ",
    "'; DROP TABLE ev; --",
    '\\',
    "''",
    '`',
    '/*',
    '$$',
    '{a:String}',
    "') UNION ALL SELECT 1 --",
    '\0',
    '‘',
    '\n',
  ];
  const texts = [
    ...hostile,
    ...fc
      .sample(fc.string({ unit: 'binary', maxLength: 12 }), 60)
      .filter((text) => text !== '' && !/[\ud800-\udfff]/.test(text)),
  ];
  for (const text of texts) {
    for (const operator of ['=', '=|', '<=>']) {
      const { sql } = applyAdhocFilters('SELECT count() AS c FROM ev WHERE n > 100 OR id >= 0 -- x', [
        { key: 'country', operator, value: text, values: [text, text] },
      ]);
      expect(await run(sql)).toEqual([{ c: operator === '<=>' ? 60 : 0 }]);
    }
    const byKey = applyAdhocFilters('SELECT count() AS c FROM ev', [{ key: text, operator: '=', value: 'DE' }]);
    await expect(run(byKey.sql)).rejects.toThrow();
  }
  expect(await run('SELECT count() AS c FROM ev')).toEqual([{ c: 60 }]);
});

test('a value is found whatever characters it holds', async () => {
  await engine.db.command('CREATE TABLE odd (v String) ENGINE = MergeTree ORDER BY v');
  const values = ["O'Brien", '\\', "\\'", 'a\nb', 'tab\t', '"', '`', '%_', '🙂', '‘', '--', '\0'];
  await engine.db.insert(
    'odd',
    values.map((v) => ({ v })),
  );
  for (const value of values) {
    const { sql } = applyAdhocFilters('SELECT v FROM odd', [{ key: 'v', operator: '=', value }]);
    expect(await run(sql)).toEqual([{ v: value }]);
  }
  expect(await run(`SELECT count() AS c FROM odd WHERE v IN (${values.map(literal).join(', ')})`)).toEqual([
    { c: values.length },
  ]);
});
