import fc from 'fast-check';

import { startEngine } from '../../testing/engine';
import { literal } from './quote';
import { tokenize } from './lexer';
import type { TestEngine } from '../../testing/engine';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(() => engine.stop());

/** What ClickHouse makes of each text when it parses it; null where it refuses it. */
async function formatted(texts: readonly string[]): Promise<(string | null)[]> {
  const chunk = 500; // a statement may have 256 KB
  if (texts.length > chunk)
    return [...(await formatted(texts.slice(0, chunk))), ...(await formatted(texts.slice(chunk)))];
  const sql = `SELECT arrayMap(q -> formatQueryOrNull(q), ${literal(texts)}) AS f`;
  const rows = await engine.db.query<{ f: (string | null)[] }>(sql);
  return rows[0]!.f;
}

const trivia = new Set(['whitespace', 'comment']);

/** The statement with each run of whitespace and comments made one other run. */
function respaced(sql: string, space: string): string {
  let out = '';
  let before = false;
  for (const { kind, text } of tokenize(sql)) {
    if (trivia.has(kind)) before = true;
    else {
      out += (before ? space : '') + text;
      before = false;
    }
  }
  return out;
}

// Each is a whole operand; the engine itself decides whether what they make together is a statement.
const operands = [
  'a',
  '`b``c`',
  '"d\\"e"',
  'a.b.1.2',
  't .5',
  "'e''f'",
  "'\\'-- '",
  "x'41'",
  "b'1'",
  '‘q\\’',
  "$t$ it's /* $t$",
  '1',
  '.5',
  '1.',
  '1e3',
  '0x1F',
  '1_0',
  '1a',
  '$v',
  '$__m',
  '{p:UInt8}',
  "{p : DateTime64(3, 'UTC')}",
  'f(a, b)',
  "m['k']",
  '(1, 2).1',
  '[1, 2][1]',
  "{'k': 1}",
  'arrayMap(x->x+1, [1])',
  '(a ? b : c)',
  '@@version',
];
const operators = [
  '+',
  ' - ',
  '−',
  '*',
  '/',
  '%',
  '||',
  '=',
  '==',
  '!=',
  '<>',
  '<',
  '<=',
  '>=',
  '<=>',
  ' AND ',
  '::Int8 +',
  '-',
];
const gaps = [
  '',
  ' ',
  '\n',
  '/* c */',
  '/* a /* b */ c */',
  ' -- c\n',
  '--c\n',
  ' # c\n',
  ' #! c\n',
  '//c\n',
  '\u00a0',
  ' #c\n',
  '/* open',
  '$',
  "'",
  '`',
];
const piece = fc.tuple(fc.constantFrom(...gaps), fc.constantFrom(...operands), fc.constantFrom(...gaps.slice(0, 11)));

test('what the lexer calls whitespace or a comment is nothing else to ClickHouse', async () => {
  const statements = fc
    .sample(
      fc
        .tuple(piece, fc.array(fc.tuple(fc.constantFrom(...operators), piece), { maxLength: 4 }))
        .map(([first, rest]) => `SELECT ${first.join('')}${rest.map(([op, next]) => op + next.join('')).join('')}`),
      4000,
    )
    .filter((sql) => tokenize(sql).every(({ kind }) => kind !== 'macro'));
  const [plain, spaced, commented] = [
    await formatted(statements),
    await formatted(statements.map((sql) => respaced(sql, ' '))),
    await formatted(statements.map((sql) => respaced(sql, ' /* x /* y */ */ '))),
  ];
  const parsed = plain.filter((text) => text !== null).length;
  expect(parsed).toBeGreaterThan(500);
  expect(statements.length - parsed).toBeGreaterThan(200);
  const wrong = statements.filter((_, i) => plain[i] !== spaced[i] || plain[i] !== commented[i]);
  expect(wrong).toEqual([]);
}, 120_000);

test('what holds an unterminated or unknown token ClickHouse refuses', async () => {
  const parts = [
    'a',
    ' ',
    "'",
    '"',
    '`',
    '$',
    '$t$',
    '\\',
    '#',
    '!',
    '/*',
    '*/',
    '--',
    '\n',
    '1',
    '.',
    'é',
    '“',
    '‘',
    '’',
    '”',
  ];
  const statements = fc
    .sample(fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 7 }), 6000)
    .map((pieces) => `SELECT ${pieces.join('')}`)
    .filter((sql) => tokenize(sql).some(({ kind }) => kind === 'unterminated' || kind === 'unknown'));
  expect(statements.length).toBeGreaterThan(1000);
  const plain = await formatted(statements);
  expect(statements.filter((_, i) => plain[i] !== null)).toEqual([]);
}, 120_000);

test('a literal of any text is one string token, and the engine reads the text back', async () => {
  const texts = fc
    .sample(fc.string({ unit: 'grapheme', maxLength: 20 }), 500)
    .concat(["'", '\\', "\\'", '$$', '\0', '\n', '--', '*/']);
  for (const text of texts) expect(tokenize(literal(text)).map(({ kind }) => kind)).toEqual(['string']);
  const rows = await engine.db.query<{ v: string[] }>(`SELECT ${literal(texts)} AS v`);
  expect(rows[0]!.v).toEqual(texts);
}, 60_000);
