import {
  endOfBitString,
  endOfBlockComment,
  endOfFraction,
  endOfHeredoc,
  endOfLine,
  endOfMacro,
  endOfNumber,
  endOfParameter,
  endOfQuoted,
  endOfSpace,
  endOfTypographic,
  endOfWord,
} from './scanners';
import type { Token, TokenKind } from './tokens';

type Scanned = readonly [kind: TokenKind, end: number];

/**
 * Splits a statement as ClickHouse's lexer does (tried against 26.7). Joined, the tokens' texts are `sql` again; what
 * is broken becomes a token of kind `unterminated` or `unknown`. Never throws. Beyond ClickHouse's own tokens there are
 * `$__macro` and `{name:Type}`.
 * @example tokenize('a -- b').map((t) => t.kind) // ['word', 'whitespace', 'comment']
 */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  let previous: Token | undefined;
  for (let at = 0; at < sql.length;) {
    const [kind, end] = scan(sql, at, previous);
    const token: Token = { kind, text: sql.slice(at, end), start: at, end };
    tokens.push(token);
    if (kind !== 'whitespace' && kind !== 'comment') previous = token;
    at = end;
  }
  return tokens;
}

const twoCharacterOperators = new Set(['::', '->', '||', '@@', '==', '!=', '<>', '<=', '>=', '\\G']);
const oneCharacterOperators = new Set('+-*/%=<>?:|@^');

function scan(sql: string, at: number, previous: Token | undefined): Scanned {
  const space = endOfSpace(sql, at);
  if (space > at) return ['whitespace', space];
  const character = sql[at] ?? '';
  const pair = sql.slice(at, at + 2);
  switch (character) {
    case "'":
      return closed('string', sql, endOfQuoted(sql, at, "'"));
    case '`':
    case '"':
      return closed('quotedIdentifier', sql, endOfQuoted(sql, at, character));
    case '‘':
      return typographic('string', sql, at, '’');
    case '“':
      return typographic('quotedIdentifier', sql, at, '”');
    case '(':
    case '[':
      return ['open', at + 1];
    case ')':
    case ']':
    case '}':
      return ['close', at + 1];
    case '{':
      return brace(sql, at);
    case ',':
      return ['comma', at + 1];
    case ';':
      return ['semicolon', at + 1];
    case '.':
      return dot(sql, at, previous);
    case '$':
      return dollar(sql, at);
    case '\u2212': // the typographic minus
      return ['operator', at + 1];
  }
  if (pair === '--' || pair === '//' || pair === '# ' || pair === '#!') return ['comment', endOfLine(sql, at)];
  if (pair === '/*') return closed('comment', sql, endOfBlockComment(sql, at));
  if (/[0-9]/.test(character)) return number(sql, at, previous);
  if (/[A-Za-z_]/.test(character)) {
    const bits = endOfBitString(sql, at);
    return bits === undefined ? ['word', endOfWord(sql, at)] : ['string', bits];
  }
  if (sql.startsWith('<=>', at)) return ['operator', at + 3];
  if (twoCharacterOperators.has(pair)) return ['operator', at + 2];
  if (oneCharacterOperators.has(character)) return ['operator', at + 1];
  return ['unknown', at + (sql.codePointAt(at)! > 0xffff ? 2 : 1)];
}

function closed(kind: TokenKind, sql: string, end: number | undefined): Scanned {
  return end === undefined ? ['unterminated', sql.length] : [kind, end];
}

/** An unclosed typographic quote is one odd character to ClickHouse, not a string to the end. */
function typographic(kind: TokenKind, sql: string, at: number, closing: string): Scanned {
  const end = endOfTypographic(sql, at, closing);
  return end === undefined ? ['unknown', at + 1] : [kind, end];
}

function brace(sql: string, at: number): Scanned {
  const end = endOfParameter(sql, at);
  return end === undefined ? ['open', at + 1] : ['parameter', end];
}

/** After a name, a number or a bracket a dot is an access; elsewhere it may begin a number. */
function dot(sql: string, at: number, previous: Token | undefined): Scanned {
  const operand =
    previous !== undefined &&
    (previous.kind === 'word' ||
      previous.kind === 'quotedIdentifier' ||
      previous.kind === 'number' ||
      (previous.kind === 'close' && previous.text !== '}'));
  const end = operand ? undefined : endOfFraction(sql, at);
  return end === undefined ? ['dot', at + 1] : ['number', end];
}

function dollar(sql: string, at: number): Scanned {
  const heredoc = endOfHeredoc(sql, at);
  if (heredoc !== undefined) return ['heredoc', heredoc];
  const macro = endOfMacro(sql, at);
  if (macro !== undefined) return ['macro', macro];
  // A dollar sign with no word character after it stands alone.
  return /\w/.test(sql[at + 1] ?? '') ? ['word', endOfWord(sql, at)] : ['unknown', at + 1];
}

/** Digits with letters behind are an identifier (`1a`), or, with a point or sign among them, an error. */
function number(sql: string, at: number, previous: Token | undefined): Scanned {
  const end = endOfNumber(sql, at, previous?.kind === 'dot');
  if (!/\w/.test(sql[end] ?? '')) return ['number', end];
  let wordEnd = end;
  while (/\w/.test(sql[wordEnd] ?? '')) wordEnd++;
  return [/^\w+$/.test(sql.slice(at, wordEnd)) ? 'word' : 'unknown', wordEnd];
}
