/**
 * Kinds of token. Text of all tokens, joined, is the statement: whitespace and comments are tokens too.
 *
 * - `word`: keyword or bare identifier (`$a`, `1a` and `a$b` are such to ClickHouse).
 * - `quotedIdentifier`: in backticks, double quotes or “typographic quotes”.
 * - `string`: in single quotes or ‘typographic quotes’, also `x'41'`, `b'01'`.
 * - `heredoc`: `$tag$ … $tag$`.
 * - `parameter`: a server-side parameter `{name:Type}`.
 * - `macro`: `$__name`, known or not.
 * - `unterminated`: a string, quoted identifier or comment that the text ends in.
 * - `unknown`: what ClickHouse's own lexer refuses (a lone `!`, `#x`, `1.5abc`, letters outside ASCII).
 */
export type TokenKind =
  | 'whitespace'
  | 'comment'
  | 'word'
  | 'quotedIdentifier'
  | 'string'
  | 'heredoc'
  | 'number'
  | 'parameter'
  | 'macro'
  | 'open'
  | 'close'
  | 'comma'
  | 'semicolon'
  | 'dot'
  | 'operator'
  | 'unterminated'
  | 'unknown';

/** A piece of a statement; `start` and `end` are offsets in UTF-16 code units, `end` excluded. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Whether the token only separates others: whitespace or a comment. */
export function isTrivia(token: Token): boolean {
  return token.kind === 'whitespace' || token.kind === 'comment';
}

/** Whether the token is the bare word `word` (given in upper case), in any case of letters. */
export function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === 'word' && token.text.length === word.length && token.text.toUpperCase() === word;
}

/**
 * Line and column (both from 1) of an offset, for error messages.
 * @example positionOf('a\nbc', 3) // { line: 2, column: 2 }
 */
export function positionOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1 };
}
