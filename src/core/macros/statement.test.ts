import fc from 'fast-check';

import { expandMacros } from './expand';
import { messageOf } from '../errors';
import { rewriteCases, writtenOut } from '../../testing/macros/rewrites';
import { tokenize } from '../sql/lexer';
import type { MacroContext } from './macro';

const context: MacroContext = { fromMs: 60_500, toMs: 660_999, intervalMs: 60_000, timezone: 'UTC' };
const expand = (sql: string, more: Partial<MacroContext> = {}) => expandMacros(sql, { ...context, ...more }).sql;

function refusalOf(sql: string): string {
  try {
    return `became ${expand(sql)}`;
  } catch (thrown) {
    return messageOf(thrown);
  }
}

test.each(rewriteCases)('%s', (sql, expected) => expect(expand(sql)).toBe(writtenOut(expected, 60, 660)));

describe('the points of $__lttb', () => {
  test.each([
    ['auto', 60_000, 10],
    ["'auto'", 600_499, 1],
    ['auto', 3_600_000, 1],
    ['250', 60_000, 250],
  ])('%s with an interval of %d ms are %d', (points, intervalMs, expected) => {
    expect(expand(`$__lttb(${points}, x, y) FROM e`, { intervalMs })).toContain(`lttb(${expected})`);
  });
});

const columns = 'Write $__columns(time, key, value) FROM table.';

describe('errors say which macro, where and what to write', () => {
  test.each([
    [
      '$__columns(t, k, v) FROM e HAVING t > 5',
      "HAVING speaks of t, which elsewhere in the query is a column of the table. Give the macro's column another name: expression AS name.",
    ],
    ['$__columns(ts, metric, count()) FROM e AS t HAVING max(t.v) > 5 AND t > 1', 'HAVING speaks of t'],
    ['$__columns(ts, metric, count()) FROM e AS t HAVING max(t.v) > 5', 'became SELECT __t AS t'],
    ['$__columns(ts, k, sum(v) AS v) FROM e WHERE v > 0 HAVING v > 5', 'HAVING speaks of v, which elsewhere'],
    ['$__columns(ts, metric, argMax(v, metric)) FROM e HAVING metric > 5', 'HAVING speaks of metric'],
    ['SELECT DISTINCT $__columns(a, b, c) FROM e', 'take out that word before it'],
    [
      "$__columns(a, b AS 'x', c) FROM e",
      "the name 'x' stands in quotes of a text. Write it bare or in backticks: AS `name`.",
    ],
    [
      'SELECT $__columns(a, b, c) FROM e',
      `column 8: it stands in place of the word SELECT: take out that word before it. ${columns}`,
    ],
    [
      'SELECT 1,\n  $__columns(a, b, c) FROM e',
      `$__columns at line 2, column 3: it stands in place of the word SELECT`,
    ],
    ['SELECT * FROM e WHERE $__columns(a, b, c)', 'in place of the word SELECT'],
    ['INSERT INTO x $__columns(a, b, c) FROM e', 'in place of the word SELECT'],
    [
      '$__columns FROM e',
      '$__columns at line 1, column 1 was given 0 arguments. Write it as $__columns(time, key, value) FROM table.',
    ],
    ['$__columns(a, b) FROM e', 'was given 2 arguments'],
    ['$__columns(a, b, ) FROM e', 'was given 3 arguments'],
    ['$__columns(a, b, c', 'the bracket after its name is never closed'],
    ['$__columns(a, b, c)', `there is no FROM in its query. ${columns}`],
    [
      '$__columns(a, b, c) AS x FROM e',
      `"AS" follows its bracket, where only FROM may stand: all columns are named within. ${columns}`,
    ],
    ['$__columns(a, b, c), d FROM e', '"," follows its bracket'],
    ['$__columns(a, b, c) FROM e GROUP BY d', 'it groups by bucket and key itself. Take out GROUP BY'],
    ['$__columns(a, b, c) FROM e WITH TOTALS', 'Take out GROUP BY (and WITH TOTALS)'],
    [
      '$__columns(a, b AS t, c) FROM e',
      'two of its columns would be named t. Give one of them another name: expression AS name.',
    ],
    ['$__columns(a, b AS x, c AS `x`) FROM e', 'two of its columns would be named `x`'],
    [
      "$__columns(a, b, c) FROM e WHERE d = 'open",
      'the query holds a quote or comment that is never closed. Close it.',
    ],
    ['$__columns(a, b, c) FROM (e', 'the brackets of the query do not match. Close each that is opened.'],
    ['$__columns(a, b, c) FROM e)', 'the brackets of the query do not match. Open each that is closed.'],
    [
      '$__increaseColumns(a, b, max(c)) FROM e',
      "it takes the highest value in each bucket itself. Write the counter's column in place of max(c).",
    ],
    ['$__rate(a, count() AS x, sum(b)) FROM e', 'of several values each needs a name. Write sum(b) AS name.'],
    [
      '$__deltaColumnsAggregated(a, b, c, sum(d), d) FROM e',
      '"sum(d)" is no name of an aggregate function. Write the name alone, as sum or quantile(0.9).',
    ],
    ['$__deltaColumnsAggregated(a, b, c, sum(), d) FROM e', '"sum()" is no name'],
    ["$__deltaColumnsAggregated(a, b, c, 'sum', d) FROM e", 'is no name of an aggregate function'],
    ['$__lttb(ten, a, b) FROM e', '"ten" is no number of points. Write a whole number above 0, or auto.'],
    ['$__lttb(0, a, b) FROM e', '"0" is no number of points'],
    ['$__lttb(5, a, a) FROM e', 'both of its columns would be named a'],
    [
      'SELECT $__timeFilter(a), ($__interval_s), $__fromTime\n FROM ( $__columns(a) FROM e)',
      '$__columns at line 2, column 9 was given 1 argument.',
    ],
    [
      '$__columns(a, b, $__timeGroup(c, 1 parsec)) FROM e',
      '$__timeGroup at line 1, column 18: "1 parsec" is no duration',
    ],
  ])('%s', (sql, part) => expect(refusalOf(sql)).toContain(part));
});

describe('notices', () => {
  const noticesOf = (sql: string) => expandMacros(sql, context).notices.map(({ message }) => message);

  test.each([
    ['SELECT $__timeFiler(t)', '$__timeFiler is no macro and was left as it is. Did you mean $__timeFilter?'],
    ['SELECT $__TIMEFILTER(t)', '$__TIMEFILTER is no macro and was left as it is. Did you mean $__timeFilter?'],
    [
      'SELECT $__column(a, b, c)',
      '$__column is no macro and was left as it is. Write the column instead. Did you mean $__columns?',
    ],
    ['SELECT $__somethingElse', '$__somethingElse is no macro and was left as it is. docs/macros.md lists them all.'],
    [
      '$perSecondColumns(k, c) FROM e',
      '$perSecondColumns is no macro and was left as it is. Write $__perSecondColumns(time, key, counter) instead.',
    ],
    [
      'SELECT 1 WHERE $timeFilter AND $adhoc',
      '$timeFilter is no macro and was left as it is. Write $__timeFilter(time) instead.',
    ],
    ['SELECT 1 WHERE $adhoc', '$adhoc is no macro and was left as it is. Take it out.'],
  ])('%s', (sql, message) => expect(noticesOf(sql)).toContain(message));

  test('none for names in comments and strings, for columns with a dollar sign and for what was expanded', () => {
    expect(
      noticesOf("SELECT 'timeFilter', '$timeFilter', a$__b /* $__nothing */ FROM e WHERE $__timeFilter(t)"),
    ).toEqual([]);
  });
});

test('all that a query holds is in what it becomes, but for the macro’s own call', () => {
  const hostile = fc.constantFrom(
    "'$&'",
    "'$`'",
    "'$$'",
    "'$1'",
    "'it''s ('",
    '`a)b`',
    '"x]"',
    '$t$ ) $__columns( $t$',
    '/* ( */',
    '{p:String}',
    "m['$\\'']",
  );
  const word = fc.constantFrom('a', 'b', 'f(a, b)', '[1, 2]', '(SELECT 1)', 'x -> x + 1', 'a ? b : c', '1.5');
  const piece = fc.array(fc.oneof(hostile, word), { minLength: 1, maxLength: 4 }).map((parts) => parts.join(' '));
  fc.assert(
    fc.property(piece, piece, piece, (where, having, limit) => {
      const sql = `$__increaseColumns(ts, k, v) FROM e WHERE ${where} HAVING ${having} LIMIT ${limit} -- end`;
      const became = expand(sql);
      // The rest of the query, token by token, is still there in its order.
      const after = tokenize(became).map(({ text }) => text);
      let at = 0;
      for (const { text } of tokenize(sql.slice(sql.indexOf('FROM')))) {
        at = after.indexOf(text, at) + 1;
        expect(at).toBeGreaterThan(0);
      }
      const kept = (text: string) =>
        tokenize(text)
          .filter(
            (token) => ['string', 'heredoc', 'comment', 'parameter'].includes(token.kind) && token.text !== "'UTC'",
          )
          .map((token) => token.text);
      expect(kept(became)).toEqual(kept(sql));
    }),
    { seed: 5, numRuns: 300 },
  );
});
