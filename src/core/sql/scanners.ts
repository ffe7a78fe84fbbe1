/**
 * Where each lexical form of ClickHouse ends. Every scanner takes the text and the offset of the form's first character
 * and returns the offset after its last, or `undefined` where the text ends within it. None throws.
 */

// What ClickHouse 26.7 skips between tokens (every code point tried on the engine): also U+180E, the zero-width
// spaces and the byte order mark, but not U+1680.
const space = /[\t-\r \u0085\u00a0\u180e\u2000-\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff]+/y;

/** Whitespace at `at`; `at` itself where there is none. */
export function endOfSpace(sql: string, at: number): number {
  return match(space, sql, at) ?? at;
}

/** A quoted form: a doubled quote and a backslash before any character do not end it. */
export function endOfQuoted(sql: string, at: number, quote: string): number | undefined {
  for (let i = at + 1; i < sql.length; i++) {
    if (sql[i] === '\\') i++;
    else if (sql[i] === quote) {
      if (sql[i + 1] !== quote) return i + 1;
      i++;
    }
  }
  return undefined;
}

/** A form in typographic quotes, in which nothing is escaped. */
export function endOfTypographic(sql: string, at: number, closing: string): number | undefined {
  const end = sql.indexOf(closing, at + 1);
  return end < 0 ? undefined : end + 1;
}

/** A comment to the end of its line; the line feed is not part of it, a carriage return is. */
export function endOfLine(sql: string, at: number): number {
  const end = sql.indexOf('\n', at);
  return end < 0 ? sql.length : end;
}

/** A bracketed comment; they nest. */
export function endOfBlockComment(sql: string, at: number): number | undefined {
  let depth = 1;
  for (let i = at + 2; i + 1 < sql.length;) {
    const pair = sql.slice(i, i + 2);
    if (pair === '/*') depth++;
    if (pair === '*/') depth--;
    i += pair === '/*' || pair === '*/' ? 2 : 1;
    if (depth === 0) return i;
  }
  return undefined;
}

const heredocTag = /\$[A-Za-z0-9_]*\$/y;

/** `$tag$ … $tag$`; `undefined` also where `at` opens none, or one that is never closed (then `$` begins a word). */
export function endOfHeredoc(sql: string, at: number): number | undefined {
  const open = match(heredocTag, sql, at);
  if (open === undefined) return undefined;
  const tag = sql.slice(at, open);
  const close = sql.indexOf(tag, open);
  return close < 0 ? undefined : close + tag.length;
}

const integer = /\d(?:_?\d)*/y;
const hexNumber =
  /0[xX][\da-fA-F](?:_?[\da-fA-F])*(?:\.(?:[\da-fA-F](?:_?[\da-fA-F])*)?)?(?:[pP][+-]?(?:\d(?:_?\d)*)?)?/y;
const decimalNumber = /(?:0[bB][01](?:_?\d)*|\d(?:_?\d)*)(?:\.(?:\d(?:_?\d)*)?)?(?:[eE](?=[^])[+-]?(?:\d(?:_?\d)*)?)?/y;
const fraction = /\.\d(?:_?\d)*(?:[eE](?=[^])[+-]?(?:\d(?:_?\d)*)?)?/y;

/**
 * A number that begins with a digit. After a dot only digits count, so that `t.1.2` is a chain of tuple elements.
 * Underscores stand between digits only.
 */
export function endOfNumber(sql: string, at: number, afterDot: boolean): number {
  if (afterDot) return match(integer, sql, at) ?? at + 1;
  return match(hexNumber, sql, at) ?? match(decimalNumber, sql, at) ?? at + 1;
}

/** A number that begins with its decimal point. */
export function endOfFraction(sql: string, at: number): number | undefined {
  return match(fraction, sql, at);
}

const wordRun = /[A-Za-z0-9_$]+/y;

/** Letters, digits, `_` and `$`; `at` itself where there is none. */
export function endOfWord(sql: string, at: number): number {
  return match(wordRun, sql, at) ?? at;
}

const macroName = /\$__[A-Za-z]\w*(?!\$)/y;

/** `$__name`; `undefined` where there is none. */
export function endOfMacro(sql: string, at: number): number | undefined {
  const end = match(macroName, sql, at);
  // The run of word characters must be the macro alone: `$__a$b` is one word to ClickHouse.
  return end !== undefined && endOfWord(sql, at) === end ? end : undefined;
}

const parameterHead = /\{\s*[A-Za-z_]\w*\s*:\s*[A-Za-z]/y;

/** `{name:Type}`, the type with brackets and strings of its own; `undefined` where there is none. */
export function endOfParameter(sql: string, at: number): number | undefined {
  const head = match(parameterHead, sql, at);
  if (head === undefined) return undefined;
  for (let i = head; i < sql.length; i++) {
    const character = sql[i] ?? '';
    if (character === '}') return i + 1;
    if (character === "'") {
      const end = endOfQuoted(sql, i, "'");
      if (end === undefined) return undefined;
      i = end - 1;
    } else if (!/[\w\s(),=.-]/.test(character)) return undefined;
  }
  return undefined;
}

const bitString = /[xX]'[\da-fA-F]*'|[bB]'[01]*'/y;

/** `x'4142'` or `b'0101'`; `undefined` where there is none or where a wrong digit stands in it. */
export function endOfBitString(sql: string, at: number): number | undefined {
  return match(bitString, sql, at);
}

/** The end of a sticky pattern's match at `at`. */
function match(pattern: RegExp, sql: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(sql) ? pattern.lastIndex : undefined;
}
