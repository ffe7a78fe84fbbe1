import fc from 'fast-check';
import type { Place } from './filterLaws';

/**
 * Statements with the places of a condition marked: `⟨WHERE…⟩` where it stands alone, `⟨AND…⟩` behind a condition in
 * brackets (`⟪…⟫`); behind the word stand the table's name, where an alias of the SELECT hides columns, and `!` where
 * ARRAY JOIN has replaced `tags`.
 */
export type Marked = string;

const mark = /⟨(WHERE|AND):(\w*)(!?)⟩/g;

/** The statement with a condition written in by hand. */
export function byHand(marked: Marked, condition: (place: Place) => string): string {
  return marked
    .replaceAll('⟪', '(')
    .replaceAll('⟫', ')')
    .replace(
      mark,
      (_, word: string, table: string, bang: string) => ` ${word} ${condition({ table, unfolded: bang === '!' })}`,
    );
}

/** The statement as a panel holds it. */
export function bare(marked: Marked): string {
  return marked.replace(/[⟪⟫]/g, '').replace(mark, '');
}

/** Whether the columns of what the statement reads can be looked up. */
export function readsTables(marked: Marked): boolean {
  return !/param\(|merge\(|Identifier|view\(/.test(marked);
}

/** Tables with at least the columns of `ev`, and the name that may stand before a column; none for functions. */
const tables: readonly (readonly [sql: string, name: string])[] = [
  ['ev', 'ev'],
  ['default.ev', 'ev'],
  ['`ev` AS x', 'x'],
  ['"default".`ev` y FINAL', 'y'],
  ['ev FINAL', 'ev'],
  ['ev SAMPLE 1', 'ev'],
  ['ev AS z FINAL SAMPLE 1 / 2', 'z'],
  ['wide', 'wide'],
  ['{t:Identifier}', ''],
  ['param(least = -3)', ''],
  ["merge(currentDatabase(), '^ev$')", ''],
  ['view(SELECT * FROM ev WHERE id < 40) AS v', 'v'],
];
const joins = [
  '',
  '',
  '',
  '',
  ' ARRAY JOIN tags AS tag',
  ' LEFT ARRAY JOIN tags AS tag, tags AS second',
  ' ARRAY JOIN tags',
  ' INNER JOIN other USING id',
  ' ANY LEFT JOIN other AS o ON o.id = id',
  ' LEFT SEMI JOIN other o USING (id)',
  ' LEFT JOIN (SELECT id, name FROM other WHERE id > 3) AS s USING id',
];
const pre = ['', '', '', ' PREWHERE n != 1', ' PREWHERE (id > 2 OR id = 1)'];
const conditions = [
  '⟨WHERE⟩',
  '⟨WHERE⟩',
  ' WHERE ⟪n > -2 OR n = -3⟫⟨AND⟩',
  " WHERE ⟪n IN (1, 2) -- it's\n OR id % 2 = 0⟫⟨AND⟩",
  ' WHERE ⟪n > (SELECT min(n) FROM ev)⟫⟨AND⟩',
  ' WHERE ⟪n > 0 ? 1 : 0⟫⟨AND⟩',
  " WHERE ⟪country != ' GROUP BY ' /* WHERE ; */⟫⟨AND⟩",
  ' WHERE ⟪id IN (SELECT id FROM other WHERE id > 1 GROUP BY id)⟫⟨AND⟩',
];
const tails = [
  '',
  ' ORDER BY id, n',
  ' ORDER BY id, n LIMIT 2 BY n LIMIT 9',
  ' ORDER BY id DESC, n LIMIT 3 OFFSET 1',
  ' ORDER BY id, n LIMIT 2 WITH TIES',
  ' ORDER BY id, n SETTINGS max_threads = 1',
  ' ORDER BY id, n -- end',
  ' ORDER BY id, n /* end */ ;',
];
const lists = [
  'id, n',
  'DISTINCT id, n',
  'id, n, * EXCEPT (js, labels, tags, dyn)',
  'id, n, arrayMap(x -> x + 1, [n]) AS m',
  "id, n, ' WHERE ' AS w",
  'id, n, n > 0 ? 1 : 2 AS o',
  'id, n, country AS c',
  'id, n, count() OVER (PARTITION BY n ORDER BY id) AS w',
];
const hiding = 'id, lower(country) AS country, n + 1 AS n';
const grouped = ['', ' WITH TOTALS', ' HAVING c > 1', ' WITH ROLLUP HAVING c > 0', ' HAVING c > 0'];

const of = <T>(items: readonly T[]) => fc.constantFrom(...items);
const placed = (where: string, name: string, join: string) =>
  where.replace(/⟨(WHERE|AND)⟩/, (_, word: string) => `⟨${word}:${name}${join === ' ARRAY JOIN tags' ? '!' : ''}⟩`);

const plain: fc.Arbitrary<Marked> = fc
  .tuple(fc.oneof({ weight: 4, arbitrary: of(lists) }, of([hiding])), of(tables), of(joins), of(pre), of(conditions))
  .filter(([list, [table, name], join, before]) => {
    if (join !== '' && (list.includes('*') || before !== '')) return false;
    if (list === hiding && name === '') return false;
    // ClickHouse refuses SAMPLE before a JOIN, or finds no row first: error 141 as it comes.
    if (table.includes('SAMPLE 1 /') && /JOIN (other|\()/.test(join)) return false;
    return before === '' || !/param|merge|Identifier|view|wide/.test(table);
  })
  .map(([list, [table, name], join, before, where]) => {
    const qualifier = list === hiding ? name : '';
    return `SELECT ${list} FROM ${table}${join}${before}${placed(where, qualifier, join)}`;
  });
const first = plain.filter((sql) => !/^SELECT \w+, lower/.test(sql));
const aggregated = fc
  .tuple(of(tables), of(conditions), of(grouped))
  .map(
    ([[table], where, tail]) =>
      `SELECT n, count() AS c FROM ${table}${placed(where, '', '')} GROUP BY n${tail} ORDER BY n, c`,
  );
const filled = fc
  .tuple(of(tables), of(conditions))
  .map(
    ([[table], where]) =>
      `SELECT d, count() AS c FROM ${table}${placed(where, '', '')} GROUP BY d ORDER BY d WITH FILL FROM toDate('2024-01-01') TO toDate('2024-01-12') STEP 1`,
  );
const rows = fc.tuple(plain, of(tails)).map(([sql, tail]) => sql + tail);
const where = (sql: string, name = '') => placed(sql, name, '');
const nested = fc.oneof(
  plain.map((sql) => `SELECT count() AS c, min(id) AS low FROM (${sql})`),
  plain.map((sql) => `WITH q AS (${sql}) SELECT count() AS c FROM q`),
  plain.map((sql) => `WITH 1 AS one, q AS (${sql}), r AS (SELECT id FROM q WHERE id > 5) SELECT sum(id) AS s FROM r`),
  plain.map((sql) => `WITH q AS (${sql}) SELECT id FROM q UNION ALL SELECT id + 1000 AS id FROM q AS again`),
  fc
    .tuple(plain, plain)
    .map(([a, b]) => `SELECT count() AS c FROM (SELECT id FROM (${a}) UNION ALL SELECT id FROM (${b}))`),
  fc
    .tuple(of(tables), of(tables), of(['UNION ALL', 'UNION DISTINCT', 'EXCEPT', 'INTERSECT']))
    .map(
      ([[a], [b], word]) =>
        `SELECT id FROM ${a}${where('⟨WHERE⟩')} ${word} (SELECT id FROM ${b}${where(' WHERE ⟪id % 3 = 0⟫⟨AND⟩')})`,
    ),
  of(tables).map(
    ([table]) =>
      `SELECT n, max(id) AS m FROM ${table}${where('⟨WHERE⟩')} GROUP BY n QUALIFY row_number() OVER (ORDER BY n) > 1`,
  ),
  of(tables).map(
    ([table]) =>
      `FROM ${table} SELECT id, sum(n) OVER w AS s${where('⟨WHERE⟩')} WINDOW w AS (PARTITION BY n ORDER BY id) ORDER BY id`,
  ),
);
/** A sub-query that is joined: only the columns say whose the filter is. */
const joined = fc
  .tuple(first.filter(readsTables), of(['INNER', 'LEFT', 'ANY LEFT']))
  .map(
    ([sql, kind]) =>
      `SELECT count() AS c FROM (${sql}) AS a ${kind} JOIN (SELECT id AS i FROM other) AS o ON o.i = a.id`,
  );

/** Random SELECTs over `ev` and tables like it. */
export const statements: fc.Arbitrary<Marked> = fc.oneof(rows, rows, aggregated, filled, nested, nested);

/** The same, and statements that need the columns of tables. */
export const statementsOverTables: fc.Arbitrary<Marked> = fc.oneof(
  { weight: 5, arbitrary: statements.filter(readsTables) },
  joined,
);
