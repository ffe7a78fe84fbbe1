import fc from 'fast-check';

import { tokenize } from './lexer';

// Pieces that lexers get wrong: joined at random they make most odd statements.
const statementParts = [
  'SELECT ',
  ' FROM t ',
  ' WHERE ',
  'a',
  '`b``c`',
  '"d"',
  "'e''f'",
  "'\\''",
  "x'41'",
  '$t$ h $t$',
  '$$',
  '$__m',
  '$v',
  ' -- c\n',
  ' # c\n',
  ' // c\n',
  '/* c /* n */ */',
  '1',
  '.5',
  '1.',
  '1e3',
  '0x1F',
  '1_0',
  '.1',
  '::Int8',
  '->',
  '||',
  ' ? 1 : 2 ',
  '<=>',
  '{p:UInt8}',
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  ', ',
  ';',
  ' AND ',
  ' = ',
  ' AS ',
  '−',
  '‘q’',
  ' ',
  '\n',
];

const kinds = (sql: string) => tokenize(sql).map(({ kind, text }) => `${kind} ${text}`);
const significant = (sql: string) =>
  tokenize(sql)
    .filter(({ kind }) => kind !== 'whitespace')
    .map(({ kind, text }) => `${kind} ${text}`);

describe('the texts of all tokens', () => {
  const joins = (sql: string) => {
    const tokens = tokenize(sql);
    expect(tokens.map(({ text }) => text).join('')).toBe(sql);
    let at = 0;
    for (const token of tokens) {
      expect(token.start).toBe(at);
      expect(token.end).toBe(at + token.text.length);
      expect(token.text.length).toBeGreaterThan(0);
      at = token.end;
    }
  };

  test('make the statement again for any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), joins), { numRuns: 2000 });
  });

  test('make the statement again for any row of SQL pieces', () => {
    const part = fc.constantFrom(...statementParts, ...'\'"`$#/*-{}[]().,;\\‘’“”');
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 30 }).map((parts) => parts.join('')),
        joins,
      ),
      { numRuns: 5000 },
    );
  });
});

describe('comments', () => {
  test.each([
    ['-- to the end\nx', ['comment -- to the end', 'word x']],
    ['5--1', ['number 5', 'comment --1']],
    ['// c\r\nx', ['comment // c\r', 'word x']],
    ['# c\nx', ['comment # c', 'word x']],
    ['#! c', ['comment #! c']],
    ['#c', ['unknown #', 'word c']],
    ['#\tc', ['unknown #', 'word c']],
    ['/* a /* b */ c */x', ['comment /* a /* b */ c */', 'word x']],
    ['/*/ x', ['unterminated /*/ x']],
    ['/* a /* b */', ['unterminated /* a /* b */']],
    ["-- it's", ["comment -- it's"]],
  ])('%j', (sql, expected) => expect(significant(sql)).toEqual(expected));
});

describe('strings and quoted names', () => {
  test.each([
    ["'a''b'", ["string 'a''b'"]],
    ["'a\\'b'", ["string 'a\\'b'"]],
    ["'\\\\'x", ["string '\\\\'", 'word x']],
    ["'a' 'b'", ["string 'a'", "string 'b'"]],
    ["'--'", ["string '--'"]],
    ["'open", ["unterminated 'open"]],
    ["'open\\'", ["unterminated 'open\\'"]],
    ["x'41' b'01'", ["string x'41'", "string b'01'"]],
    ["x'4g'", ['word x', "string '4g'"]],
    ['`a``b` "c\\"d"', ['quotedIdentifier `a``b`', 'quotedIdentifier "c\\"d"']],
    ['`open', ['unterminated `open']],
    ['‘it\\’ “a”', ['string ‘it\\’', 'quotedIdentifier “a”']],
    ['‘open', ['unknown ‘', 'word open']],
    ["$t$it's $a$$t$", ["heredoc $t$it's $a$$t$"]],
    ['$$a $ b$$', ['heredoc $$a $ b$$']],
    ['$a b$x$a b$', ['word $a', 'word b$x$a', 'word b$']],
    ['$t$open', ['word $t$open']],
    ['$$open', ['unknown $', 'word $open']],
  ])('%j', (sql, expected) => expect(significant(sql)).toEqual(expected));
});

describe('numbers and dots', () => {
  test.each([
    ['1_000 0xFF 0b101 1e3 1. 1.5e-3 0x1p3', 7, 'number'],
    ['1_ 1__0 1a 0x 0xg 1e', 6, 'word'],
    ['1.5abc 1.e3x', 2, 'unknown'],
  ])('%s', (sql, count, kind) => {
    const tokens = tokenize(sql).filter((t) => t.kind !== 'whitespace');
    expect(tokens).toHaveLength(count);
    expect(new Set(tokens.map((t) => t.kind))).toEqual(new Set([kind]));
  });

  test('a dot after a name, a number or a bracket is an access', () => {
    expect(kinds('t.1.2')).toEqual(['word t', 'dot .', 'number 1', 'dot .', 'number 2']);
    expect(kinds('f(x).1')).toEqual(['word f', 'open (', 'word x', 'close )', 'dot .', 'number 1']);
    expect(significant('x .5')).toEqual(['word x', 'dot .', 'number 5']);
    expect(significant('x + .5')).toEqual(['word x', 'operator +', 'number .5']);
    expect(kinds('(.5')).toEqual(['open (', 'number .5']);
  });
});

test.each([
  ['a::Int8', ['word a', 'operator ::', 'word Int8']],
  ['x->x', ['word x', 'operator ->', 'word x']],
  ['a?b:c', ['word a', 'operator ?', 'word b', 'operator :', 'word c']],
  ['@@v||1', ['operator @@', 'word v', 'operator ||', 'number 1']],
  ['1<=>2', ['number 1', 'operator <=>', 'number 2']],
  [
    'a!=b<>c==d<=e>=f',
    'a != b <> c == d <= e >= f'.split(' ').map((t) => `${/\w/.test(t) ? 'word' : 'operator'} ${t}`),
  ],
  ['1 − 2', ['number 1', 'operator −', 'number 2']],
  ['!a', ['unknown !', 'word a']],
  ['SELECT 1\\G', ['word SELECT', 'number 1', 'operator \\G']],
])('operators of %j', (sql, expected) => expect(significant(sql)).toEqual(expected));

test.each([
  ['{a:UInt8}', ['parameter {a:UInt8}']],
  ["{a : DateTime64(3, 'UTC')}", ["parameter {a : DateTime64(3, 'UTC')}"]],
  ["{a:Enum('}' = 1)}", ["parameter {a:Enum('}' = 1)}"]],
  ["{'k': 1}", ['open {', "string 'k'", 'operator :', 'number 1', 'close }']],
  ['{a:1}', ['open {', 'word a', 'operator :', 'number 1', 'close }']],
  ['{a:X', ['open {', 'word a', 'operator :', 'word X']],
])('server-side parameters of %j', (sql, expected) => expect(significant(sql)).toEqual(expected));

test.each([
  ['$__timeFilter(t)', ['macro $__timeFilter', 'open (', 'word t', 'close )']],
  ['$__timeFilter_ms', ['macro $__timeFilter_ms']],
  ['a$__b $__b$c $__1', ['word a$__b', 'word $__b$c', 'word $__1']],
  ['$__x$ , $__x$', ['heredoc $__x$ , $__x$']],
  ["'$__x' -- $__x", ["string '$__x'", 'comment -- $__x']],
])('macros of %j', (sql, expected) => expect(significant(sql)).toEqual(expected));

test('every kind of space that ClickHouse skips is whitespace', () => {
  expect(kinds('1\u00a0\u180e\u200b\ufeff\v\f2')).toEqual([
    'number 1',
    'whitespace \u00a0\u180e\u200b\ufeff\v\f',
    'number 2',
  ]);
  expect(tokenize('1\u16802').map((t) => t.kind)).toEqual(['number', 'unknown', 'number']);
});

test('a character outside the basic plane is one token', () => {
  expect(kinds('😀')).toEqual(['unknown 😀']);
});
