import { firstSignificant } from '../sql/clauses';
import { trimTrivia } from '../sql/brackets';
import type { Token } from '../sql/tokens';
import type { TokenRange } from '../sql/brackets';

/** Text to put in at an offset of the statement. */
export interface Edit {
  readonly at: number;
  readonly text: string;
}

/** Puts all texts in; those at one offset keep their order. */
export function insertAt(sql: string, edits: readonly Edit[]): string {
  const sorted = [...edits].sort((a, b) => a.at - b.at);
  let out = '';
  let done = 0;
  for (const { at, text } of sorted) {
    out += sql.slice(done, at) + text;
    done = at;
  }
  return out + sql.slice(done);
}

/** Offsets of a clause's content: behind its first word, without the comments and spaces at its end. */
export function clauseBody(
  tokens: readonly Token[],
  clause: TokenRange,
): { readonly start: number; readonly end: number } {
  const { from, to } = trimTrivia(tokens, clause);
  const first = firstSignificant(tokens, from + 1, to);
  const last = tokens[to - 1]!;
  return { start: tokens[first]?.start ?? last.end, end: last.end };
}
