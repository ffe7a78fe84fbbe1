import { beginsQuery } from '../sql/selects';
import { closingBracket } from '../sql/brackets';
import { isWord } from '../sql/tokens';
import { nextOutside } from '../sql/clauses';
import { unquote } from '../sql/names';
import type { Clause } from '../sql/clauses';
import type { Scope } from '../sql/selects';
import type { Token } from '../sql/tokens';
import type { TokenRange } from '../sql/brackets';

/** What a SELECT reads first: a table (or table function), a sub-query, or a common table expression. */
export type Source =
  | { readonly kind: 'table'; readonly name: string | undefined; readonly joined: boolean }
  | { readonly kind: 'query'; readonly range: TokenRange; readonly joined: boolean }
  | { readonly kind: 'expression'; readonly name: string; readonly range: TokenRange; readonly joined: boolean }
  | { readonly kind: 'unknown' };

// Words that may follow a table and are no alias of it.
const afterTable = new Set(
  'FINAL SAMPLE JOIN LEFT RIGHT INNER FULL CROSS ANY ALL ASOF SEMI ANTI GLOBAL LOCAL ARRAY ON USING OUTER PASTE'.split(
    ' ',
  ),
);

/** Reads a FROM clause. `name` of a table is what its columns may be qualified with; none for a function without alias. */
export function sourceOf(tokens: readonly Token[], from: Clause, scope: Scope): Source {
  const next = (at: number) => nextOutside(tokens, at, from.to);
  const first = next(from.from);
  const token = first < from.to ? tokens[first] : undefined;
  if (!token) return { kind: 'unknown' };
  if (token.kind === 'open') {
    const close = closingBracket(tokens, first);
    if (close === undefined || !beginsQuery(tokens, first + 1, close)) return { kind: 'unknown' };
    return { kind: 'query', range: { from: first + 1, to: close }, joined: joins(tokens, first, from.to) };
  }
  let last = first;
  while (tokens[next(last)]?.kind === 'dot' && next(last) < from.to) last = next(next(last));
  const after = next(last);
  const called = after < from.to && tokens[after]?.kind === 'open';
  const name = unquote(tokens[last]?.text ?? '');
  const joined = joins(tokens, first, from.to);
  const declared = last === first && !called ? scope.get(name) : undefined;
  if (declared) return { kind: 'expression', name, range: declared, joined };
  const alias = aliasAt(tokens, called ? next(after) : after, from.to);
  const nameable = !called && tokens[last]?.kind !== 'parameter' && tokens[last]?.kind !== 'macro';
  return { kind: 'table', name: alias ?? (nameable ? name : undefined), joined };
}

function aliasAt(tokens: readonly Token[], at: number, end: number): string | undefined {
  if (at >= end) return undefined;
  const i = isWord(tokens[at], 'AS') ? nextOutside(tokens, at, end) : at;
  const token = i < end ? tokens[i] : undefined;
  if (token?.kind === 'quotedIdentifier') return unquote(token.text);
  return token?.kind === 'word' && !afterTable.has(token.text.toUpperCase()) ? token.text : undefined;
}

/** Whether more than one table is read: a comma before any JOIN, or a JOIN that is no ARRAY JOIN. */
function joins(tokens: readonly Token[], first: number, end: number): boolean {
  let previous: Token | undefined;
  let arrays = false;
  for (let i = first; i < end; i = nextOutside(tokens, i, end)) {
    if (isWord(tokens[i], 'JOIN')) {
      if (!isWord(previous, 'ARRAY')) return true;
      arrays = true; // commas from here on separate arrays
    } else if (tokens[i]?.kind === 'comma' && !arrays) return true;
    previous = tokens[i];
  }
  return false;
}
