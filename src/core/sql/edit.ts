import { firstSignificant } from './clauses';
import { trimTrivia } from './brackets';
import type { Token } from './tokens';
import type { TokenRange } from './brackets';

/** Text to put in at an offset of the statement, in place of what stands there up to `to`, if that is given. */
export interface Edit {
  readonly at: number;
  readonly to?: number;
  readonly text: string;
}

/** Puts all texts in; those at one offset keep their order. What is replaced may not overlap. */
export function insertAt(sql: string, edits: readonly Edit[]): string {
  const sorted = [...edits].sort((a, b) => a.at - b.at);
  let out = '';
  let done = 0;
  for (const { at, to = at, text } of sorted) {
    out += sql.slice(done, at) + text;
    done = to;
  }
  return out + sql.slice(done);
}

/**
 * The offset in the statement before its edits of an offset after them; within a text that was put in, where that was
 * put.
 */
export function offsetBefore(edits: readonly Edit[], offset: number): number {
  const sorted = [...edits].sort((a, b) => a.at - b.at);
  let grown = 0;
  for (const { at, to = at, text } of sorted) {
    if (offset < at + grown) break;
    if (offset < at + grown + text.length) return at;
    grown += text.length - (to - at);
  }
  return offset - grown;
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
