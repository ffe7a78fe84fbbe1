import fc from 'fast-check';

import { applyAdhocFilters } from './apply';
import { bare, byHand, statements, statementsOverTables } from '../../testing/adhoc/statements';
import { eventColumns, eventRows, filterLaws } from '../../testing/adhoc/filterLaws';
import { literal } from '../sql/quote';
import { startEngine } from '../../testing/engine';
import { tableKey } from './columns';
import type { ColumnsOf } from './columns';
import type { FilterLaw, Place } from '../../testing/adhoc/filterLaws';
import type { TestEngine } from '../../testing/engine';

/** Random statements, half of them over tables whose columns are known; `npm run test:soak` asks for more. */
const count = Number(process.env['TIDEMARK_STATEMENTS'] ?? 400);
const seed = Number(process.env['TIDEMARK_SEED'] ?? 20_261_121);

jest.setTimeout(120_000 + count * 500);

let engine: TestEngine;
let columnsOf: ColumnsOf;
beforeAll(async () => {
  engine = await startEngine();
  const run = (sql: string) => engine.db.command(sql);
  await run(`CREATE TABLE ev (${eventColumns}) ENGINE = ReplacingMergeTree ORDER BY (country, id) SAMPLE BY id`);
  await run(`INSERT INTO ev ${eventRows}`);
  await run(`CREATE TABLE wide (${eventColumns}, further UInt8) ENGINE = Memory`);
  await run('INSERT INTO wide SELECT *, 1 FROM ev');
  await run('CREATE TABLE other (id UInt32, name String) ENGINE = MergeTree ORDER BY id');
  await run("INSERT INTO other SELECT number, concat('n', toString(number % 3)) FROM numbers(40)");
  await run('CREATE VIEW param AS SELECT * FROM ev WHERE n > {least:Int32}');
  columnsOf = await lookUp();
}, 60_000);
afterAll(() => engine.stop());

/** The columns of all tables of the engine's default database, under the names that a query may use. */
async function lookUp(): Promise<ColumnsOf> {
  const rows = await engine.db.query<{ table: string; name: string; type: string }>(
    'SELECT table, name, type FROM system.columns WHERE database = currentDatabase()',
  );
  const known = new Map<string, Map<string, string>>();
  for (const { table, name, type } of rows)
    for (const ref of [{ table }, { database: 'default', table }])
      known.set(tableKey(ref), (known.get(tableKey(ref)) ?? new Map()).set(name, type));
  return (ref) => known.get(tableKey(ref));
}

const run = (sql: string) => engine.db.query(sql);

/** The laws' conditions by hand, joined by AND. */
const conditionOf = (laws: readonly FilterLaw[]) => (place: Place) => {
  const column = (name: string) => (place.table === '' ? name : `${place.table}.${name}`);
  return laws.map((law) => law.hand(column, place)).join(' AND ');
};

async function compare(marked: string, laws: readonly FilterLaw[], known: ColumnsOf | undefined) {
  const sql = bare(marked);
  const filters = laws.map(({ filter }) => filter);
  const filtered = applyAdhocFilters(sql, filters, known);
  const [ours, theirs] = await Promise.all([answer(filtered.sql), answer(byHand(marked, conditionOf(laws)))]);
  const missing = laws.flatMap(({ missing, filter }) => (missing ? [filter.key] : []));
  const said = filtered.notices.map(({ subject }) => subject);
  const right = ours === theirs && JSON.stringify(said) === JSON.stringify(missing);
  return { right, some: !ours.startsWith('error') && ours !== '[]', sql, ours, theirs, filtered };
}

async function answer(sql: string): Promise<string> {
  try {
    const rows = await engine.db.query<Record<string, unknown>>(sql.replace(/;\s*$/, ''), { t: 'ev' });
    return `[${rows
      .map((row) => JSON.stringify(row))
      .sort()
      .join(',')}]`;
  } catch (thrown) {
    return `error ${String((thrown as { code?: string }).code)}`;
  }
}

test.each([
  ['of any table, without knowing columns', statements, filterLaws.filter(({ typed }) => !typed), undefined],
  ['of tables whose columns are known', statementsOverTables, filterLaws, () => columnsOf],
])('a filter yields exactly the rows that the same condition by hand yields: %s', async (_, sqls, laws, known) => {
  const cases = fc.sample(fc.tuple(sqls, fc.subarray([...laws], { minLength: 1, maxLength: 3 })), {
    numRuns: Math.ceil(count / 2),
    seed,
  });
  const wrong: unknown[] = [];
  let some = 0;
  for (const [marked, chosen] of cases) {
    const result = await compare(marked, chosen, known?.());
    if (!result.right) wrong.push(result);
    if (result.some) some++;
  }
  expect(wrong).toEqual([]);
  expect(some / cases.length).toBeGreaterThan(0.5);
});

test('each law holds by itself, whether columns are known or not', async () => {
  for (const law of filterLaws) {
    const all = await compare('SELECT id FROM ev⟨WHERE:⟩', [law], columnsOf);
    expect(all).toMatchObject({ right: true });
    if (law.typed) continue;
    expect(await compare('SELECT id FROM ev⟨WHERE:⟩', [law], undefined)).toMatchObject({ right: true });
  }
});

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
      .sample(fc.string({ unit: 'binary', maxLength: 12 }), { numRuns: 60, seed })
      .filter((text) => text !== '' && !/[\ud800-\udfff]/.test(text)),
  ];
  for (const text of texts) {
    for (const operator of ['=', '=|', '<=>']) {
      const { sql } = applyAdhocFilters('SELECT count() AS c FROM ev WHERE n > 100 OR id >= 0 -- x', [
        { key: 'country', operator, value: text, values: [text, text] },
      ]);
      expect(await run(sql)).toEqual([{ c: operator === '<=>' ? 60 : 0 }]);
    }
    for (const key of ['tags', 'js.a.b', 'dyn', "labels['k']", 'nest.a']) {
      const filters = ['=', '=|'].map((operator) => ({ key, operator, value: text, values: [text] }));
      const { sql } = applyAdhocFilters('SELECT count() AS c FROM ev', filters, columnsOf);
      if (!/^\d+$/.test(text)) expect(await run(sql)).toEqual([{ c: 0 }]);
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
