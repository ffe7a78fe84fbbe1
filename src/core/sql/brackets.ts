import { isTrivia } from './tokens';
import type { Token } from './tokens';

/** Tokens `from` to `to` (excluded) of a token list. */
export interface TokenRange {
  readonly from: number;
  readonly to: number;
}

const closingOf: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/**
 * The index of the bracket that closes the one at `open`; `undefined` where it is never closed, or where another kind
 * of bracket closes it.
 */
export function closingBracket(tokens: readonly Token[], open: number): number | undefined {
  const expected: string[] = [];
  for (let i = open; i < tokens.length; i++) {
    const token = tokens[i]!;
    if (token.kind === 'open') expected.push(closingOf[token.text] ?? '');
    if (token.kind === 'close' && expected.pop() !== token.text) return undefined;
    if (expected.length === 0) return i;
  }
  return undefined;
}

/** The arguments between the brackets at `open` and `close`, split at commas outside inner brackets; none for `()`. */
export function splitArguments(tokens: readonly Token[], open: number, close: number): TokenRange[] {
  const ranges: TokenRange[] = [];
  let from = open + 1;
  for (let i = from; i < close; i++) {
    const token = tokens[i]!;
    if (token.kind === 'open') i = closingBracket(tokens, i) ?? close;
    else if (token.kind === 'comma') {
      ranges.push({ from, to: i });
      from = i + 1;
    }
  }
  ranges.push({ from, to: close });
  const empty = ranges.length === 1 && tokens.slice(open + 1, close).every(isTrivia);
  return empty ? [] : ranges;
}

/** The range without whitespace and comments at its ends. */
export function trimTrivia(tokens: readonly Token[], range: TokenRange): TokenRange {
  let { from, to } = range;
  while (from < to && isTrivia(tokens[from]!)) from++;
  while (to > from && isTrivia(tokens[to - 1]!)) to--;
  return { from, to };
}
