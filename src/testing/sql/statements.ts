import { Random } from '../law/random';
import { expression, place } from './expressions';

/**
 * A statement of ClickHouse's grammar with marks in it: `⟦…⟧` around expressions in whose place another may stand, `⟨…⟩`
 * around heads `SELECT …` in whose place a statement macro may stand.
 */
export type MarkedStatement = string;

const gaps = [
  ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', '\n', '\t ', ' /* it\'s (*/ ', ' /* $__fromTime /* nested */ ) */ ', " -- $__columns(a, b, c) FROM '\n", ' # ( WHERE\n', ' #! UNION\n', ' // ]\n', '\u00a0',
] as const; // prettier-ignore

/** Random statements, the same for the same seed: not one means anything, all are grammatical. */
export function markedStatements(seed: number, count: number): readonly MarkedStatement[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => gapped(statement(random), random));
}

/** The statement as it was meant, without marks. */
export function unmarked(marked: MarkedStatement): string {
  return marked.replace(/[⟦⟧⟨⟩]/g, '');
}

function gapped(text: string, random: Random): string {
  return text.replace(/·/g, () => random.pick(gaps));
}

function statement(random: Random): string {
  const before = random.pick(['', '', '', '', 'EXPLAIN·', 'EXPLAIN AST·', 'EXPLAIN·indexes = 1,·actions = 0·', 'EXPLAIN PIPELINE·graph = 1·']); // prettier-ignore
  const after = random.pick(['', '', '', '', ';', '·;', ' -- end', '·FORMAT·JSONEachRow', '·FORMAT CSV·;·', '·SETTINGS·max_threads·=·1,·a·=·\'it\'\'s (\'·FORMAT·Null', "·SETTINGS additional_table_filters = {'e': 'a > 1'}"]); // prettier-ignore
  return `${before}${query(random, 2)}${after}`;
}

function query(random: Random, depth: number): string {
  const part = () => (depth > 0 && random.chance(0.15) ? `(·${query(random, depth - 1)}·)` : select(random, depth));
  if (!random.chance(0.25)) return select(random, depth);
  return `${part()}·${random.pick(['UNION ALL', 'UNION·DISTINCT', 'EXCEPT', 'INTERSECT', 'UNION ALL'])}·${part()}`;
}

const some = (random: Random, p: number, text: () => string) => (random.chance(p) ? `·${text()}` : '');

function select(random: Random, depth: number): string {
  const e = () => place(random, random.pick([0, 1, 1, 2]));
  const grouped = random.chance(0.3);
  const items = () => (random.chance(0.15) ? random.pick(stars) : list(random));
  // Only a SELECT without a GROUP BY of its own can become a statement macro's.
  const head = grouped
    ? `SELECT·${items()}`
    : random.chance(0.1)
      ? `SELECT·DISTINCT·${items()}`
      : `⟨SELECT·${items()}⟩`;
  return [
    depth > 0 && random.chance(0.25) ? `${withClause(random, depth)}·` : '',
    head,
    `·FROM·${source(random, depth)}`,
    some(random, 0.2, () => `PREWHERE·${e()}`),
    some(random, 0.6, () => `WHERE·${e()}${random.chance(0.3) ? `·${random.pick(['AND', 'OR'])}·${e()}` : ''}`),
    grouped ? `·GROUP·BY·${e()},·${e()}${random.pick(['', '', '·WITH TOTALS', '·WITH·ROLLUP', '·WITH CUBE'])}` : '',
    some(random, grouped ? 0.3 : 0.1, () => `HAVING·${e()}`),
    some(random, 0.1, () => `WINDOW·w1·AS·(PARTITION BY·${e()}·ORDER BY ts),·w2 AS (w1 ROWS 1 PRECEDING)`),
    some(random, 0.1, () => `QUALIFY·${e()}`),
    end(random),
  ].join('');
}

const stars = ['*', 'e.*', '*·EXCEPT·(a, b)', '* REPLACE (a + 1 AS a)·APPLY(toString)', "COLUMNS('^a.*$')", 'count(*)'];

function list(random: Random): string {
  const item = () =>
    `${place(random, random.pick([0, 1, 2]))}${random.pick(['', '', '·AS·c', '·AS·`c d`', ' AS from_'])}`;
  return Array.from({ length: 1 + random.below(3) }, item).join(',·');
}

function withClause(random: Random, depth: number): string {
  const item = () =>
    random.chance(0.5)
      ? `q${random.below(3)}·AS·(·${query(random, depth - 1)}·)`
      : random.chance(0.3)
        ? `x -> x + ${expression(random, 1)} AS fun`
        : `${place(random, 2)}·AS·w${random.below(3)}`;
  return `WITH·${item()}${random.chance(0.4) ? `,·${item()}` : ''}`;
}

const tables = [
  'e', 'db.e', '`db`.`e (x`', 'e AS t', 'e·FINAL', 'e AS t·FINAL·SAMPLE·1/10', 'e SAMPLE 0.1 OFFSET 0.5', 'settings', 'numbers(10)', "merge('db', '^e$')", 'generateSeries(0, 3) AS g', '{t:Identifier}', "values('a UInt8, b String', (1, 'x)'))", 'q0', "format(JSONEachRow, '{\"a\": 1}')",
] as const; // prettier-ignore
const joins = [
  '·ARRAY·JOIN·arr AS x', '·LEFT ARRAY JOIN arr AS x,·arrayEnumerate(arr) AS n', '·JOIN·other·USING·(k)', '·ANY·LEFT·JOIN other AS o USING k', '·ASOF LEFT JOIN other AS o ON e.k = o.k AND e.ts >= o.ts', '·GLOBAL INNER JOIN (SELECT 1 AS k) AS o ON e.k = o.k', '·CROSS JOIN other', ',·other', '·SEMI LEFT JOIN other o ON (o.k = e.k)', '·FULL OUTER JOIN other AS o USING (k)',
] as const; // prettier-ignore

function source(random: Random, depth: number): string {
  const inner = depth > 0 && random.chance(0.3);
  const first = inner ? `(·${query(random, depth - 1)}·)${random.pick(['', ' AS s'])}` : random.pick(tables);
  return first + (random.chance(0.3) ? random.pick(joins) : '');
}

/** ORDER BY and the LIMITs. */
function end(random: Random): string {
  if (random.chance(0.1)) return `·${orderBy(random)}·${random.pick(['LIMIT 3·WITH TIES', 'OFFSET 1 ROW FETCH FIRST 2 ROWS ONLY'])}`; // prettier-ignore
  return [
    some(random, 0.3, () => orderBy(random)),
    some(random, 0.1, () => `LIMIT·2·BY·${place(random, 1)}`),
    some(random, 0.3, () => random.pick(['LIMIT·5', 'LIMIT 2,·5', 'LIMIT 5·OFFSET·1'])),
  ].join('');
}

function orderBy(random: Random): string {
  const one = () => `${place(random, 1)}${random.pick(['', '', '·DESC', ' ASC NULLS LAST', " COLLATE 'en'"])}`;
  if (random.chance(0.2)) return `ORDER·BY·ts·WITH·FILL·FROM·1·TO·10·STEP·INTERVAL 1 DAY${random.pick(['', '·INTERPOLATE·(a AS a + 1)'])}`; // prettier-ignore
  return `ORDER·BY·${one()}${random.chance(0.3) ? `,·${one()}` : ''}`;
}
