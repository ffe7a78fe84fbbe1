import { closingBracket } from '../sql/brackets';
import { isTrivia } from '../sql/tokens';
import type { RefusalReason } from './refusal';
import type { Token } from '../sql/tokens';
import type { TokenRange } from '../sql/brackets';

/** The one statement of the text, without the semicolon behind it, or why it cannot be read. */
export function oneStatement(tokens: readonly Token[]): TokenRange | RefusalReason {
  if (tokens.some(({ kind }) => kind === 'unterminated')) return 'unterminated';
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    if (token.kind === 'close') return 'brackets';
    if (token.kind === 'open') {
      const close = closingBracket(tokens, i);
      if (close === undefined) return 'brackets';
      i = close;
    }
    if (token.kind === 'semicolon' || token.text === '\\G') {
      const more = tokens.slice(i + 1).some((t) => !isTrivia(t) && t.kind !== 'semicolon');
      return more ? 'statements' : { from: 0, to: i };
    }
  }
  return { from: 0, to: tokens.length };
}
