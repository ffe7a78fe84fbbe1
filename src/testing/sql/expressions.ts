import type { Random } from '../law/random';

/**
 * Expressions of ClickHouse's grammar as text, each an operand by itself (in brackets where it is more). `⟦…⟧` are places
 * where any expression may stand, with one in it; `·` is a gap: whitespace or a comment.
 */
export function expression(random: Random, depth: number): string {
  const kinds = depth > 0 ? [...leaves, ...trees, ...trees] : leaves;
  return random.pick(kinds)(random, depth - 1);
}

/** An expression that a macro may take the place of. */
export function place(random: Random, depth: number): string {
  return `⟦${expression(random, depth)}⟧`;
}

type Maker = (random: Random, depth: number) => string;

/** Words that a careless reader would take for something else. */
const texts = [
  "'it''s'",
  "'\\'); -- '",
  "'$__timeFilter(ts)'",
  "'$__columns(a, b, c) FROM x WHERE'",
  "'^a.*$'",
  "'$&$`$1$$'",
  "'([{'",
  "'/* '",
  "'SELECT 1 UNION ALL'",
  "$h$ it's $__fromTime ) $h$",
  '$$ FROM ( $$',
  "x'41'",
  '‘quoted’',
];
const names = [
  'a',
  'ts',
  't.k',
  'e.ts',
  '`b``c`',
  '`$__fromTime`',
  '"d\\"e ("',
  '`from`',
  'tup.1',
  'nested.x.2',
  'js.a.b',
  'a$__b',
  '`a)`',
];
const numbers = ['0', '1', '42', '0.5', '1.', '1e3', '0x1F', '1_000', '-7', 'nan', 'inf'];

const of =
  (list: readonly string[]): Maker =>
  (random) =>
    random.pick(list);

const leaves: readonly Maker[] = [
  of(names),
  of(names),
  of(texts),
  of(numbers),
  of([
    'NULL',
    'true',
    "DATE '2024-01-01'",
    "TIMESTAMP '2024-01-01 00:00:00'",
    '{p:UInt8}',
    "{p : DateTime64(3, 'UTC')}",
  ]),
];

const operators = ['+', '-', '*', '/', '%', '=', '==', '!=', '<>', '<', '<=', '>', '>=', '||', 'AND', 'OR', 'LIKE', 'IS NOT DISTINCT FROM', 'NOT ILIKE', 'DIV', 'MOD']; // prettier-ignore
const functions = ['f', 'sum', 'countIf', 'quantile(0.95)', 'toStartOfHour', 'format', 'left', 'values', 'anyIf'];
const types = ['String', 'Nullable(UInt8)', "DateTime64(3, 'UTC')", 'Array(Tuple(a String, b Int8))', "Enum8('a' = 1)"];
const units = ['SECOND', 'MINUTE', 'HOUR', 'DAY', 'WEEK', 'MONTH', 'YEAR'];

const trees: readonly Maker[] = [
  (r, d) => `(${place(r, d)}·${r.pick(operators)}·${place(r, d)})`,
  (r, d) => `${r.pick(functions)}(${place(r, d)},·${place(r, d)})`,
  (r, d) => `(·${place(r, d)}·?·${place(r, d)}·:·${place(r, d)}·)`,
  (r, d) => `arrayMap((x, y)·->·${expression(r, d)},·[${place(r, d)}],·[1])`,
  (r, d) => `arrayFilter(x -> x > ${place(r, d)}, [1, 2])`,
  (r, d) => `[${place(r, d)},·${place(r, d)}]`,
  (r, d) => `(${place(r, d)},·${place(r, d)}).1`,
  (r, d) => `map('k',·${r.below(9)},·'it\\'s', 2, '{', 3)[${place(r, d)}]`,
  (r, d) => `(${place(r, d)})::${r.pick(types)}`,
  (r, d) => `CAST(${place(r, d)} AS ${r.pick(types)})`,
  (r, d) => `(CASE·WHEN·${place(r, d)}·THEN·${place(r, d)}·ELSE·${place(r, d)}·END)`,
  (r, d) => `(CASE ${place(r, d)} WHEN ${place(r, d)} THEN 1 END)`,
  (r, d) => `(a·BETWEEN·${expression(r, d)}·AND·${expression(r, d)})`,
  (r, d) => `(${place(r, d)}·IN·(${place(r, d)},·${place(r, d)}))`,
  (r, d) => `(ts·-·INTERVAL·(${place(r, d)})·${r.pick(units)})`,
  (r) => `(now() + INTERVAL '1 day 2 hours')`.replace('1', String(r.below(9) + 1)),
  (r, d) => `(NOT·${place(r, d)})`,
  (r, d) => `(${place(r, d)} IS NOT NULL)`,
  (r, d) => `EXTRACT(DAY FROM ${place(r, d)})`,
  (r, d) => `(SELECT max(${place(r, d)}) FROM e WHERE ${place(r, d)})`,
  (r, d) => `(a·IN·(SELECT·${expression(r, d)}·FROM numbers(3)))`,
  (r, d) =>
    `max(${place(r, d)}) OVER (PARTITION BY ${place(r, d)} ORDER BY ${place(r, d)} ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)`,
  (r, d) => `(SELECT 1·UNION ALL·SELECT ${expression(r, d)})`,
  (r, d) => `ifNull(arr[${place(r, d)}], m[${place(r, d)}])`,
];
