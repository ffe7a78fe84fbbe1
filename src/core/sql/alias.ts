import { isWord } from './tokens';
import { trimTrivia } from './brackets';
import type { Token } from './tokens';
import type { TokenRange } from './brackets';

/** An expression and the token of the name behind it. */
export interface AliasedRange {
  readonly expression: TokenRange;
  readonly name: number;
}

/**
 * Reads `expression AS name`, and `f(x) name` as ClickHouse understands it too; `undefined` where no name is given. A
 * name in single quotes, which ClickHouse refuses, is one here: the caller can say so.
 */
export function aliasIn(tokens: readonly Token[], range: TokenRange): AliasedRange | undefined {
  const { from, to } = trimTrivia(tokens, range);
  const name = to - 1;
  const before = trimTrivia(tokens, { from, to: name }).to - 1;
  if (before < from) return undefined;
  const as = isWord(tokens[before], 'AS');
  const kind = tokens[name]?.kind;
  if (as && before > from && (kind === 'word' || kind === 'quotedIdentifier' || kind === 'string'))
    return { expression: trimTrivia(tokens, { from, to: before }), name };
  // `CASE WHEN f(x) THEN 1 END` ends in no name.
  const bare = (kind === 'word' && !isWord(tokens[name], 'END')) || kind === 'quotedIdentifier';
  return bare && tokens[before]?.kind === 'close' ? { expression: { from, to: before + 1 }, name } : undefined;
}
