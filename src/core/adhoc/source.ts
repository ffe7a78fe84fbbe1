import { beginsQuery } from '../sql/selects';
import { closingBracket } from '../sql/brackets';
import { isWord } from '../sql/tokens';
import { nextOutside } from '../sql/clauses';
import { unquote } from '../sql/names';
import type { Clause } from '../sql/clauses';
import type { Scope } from '../sql/selects';
import type { TableRef } from './columns';
import type { Token } from '../sql/tokens';
import type { TokenRange } from '../sql/brackets';

/** One thing that a SELECT reads; `name` is what its columns may be qualified with. */
export type Source =
  /** A table, or a table function (then without `ref`). */
  | { readonly kind: 'table'; readonly name: string | undefined; readonly ref?: TableRef }
  | { readonly kind: 'query'; readonly name: string | undefined; readonly range: TokenRange }
  /** A common table expression. */
  | { readonly kind: 'expression'; readonly name: string; readonly declared: string; readonly range: TokenRange }
  | { readonly kind: 'unknown' };

/** All that a FROM clause reads. */
export interface Sources {
  readonly first: Source;
  readonly joined: readonly Source[];
  /** Whether a RIGHT or FULL JOIN keeps rows that the first source has not. */
  readonly outer: boolean;
  /** Columns that ARRAY JOIN replaces by their elements: those without an alias. */
  readonly unfolded: ReadonlySet<string>;
}

// Words that may follow a table and are no alias of it.
const afterTable = new Set(
  'FINAL SAMPLE JOIN LEFT RIGHT INNER FULL CROSS ANY ALL ASOF SEMI ANTI GLOBAL LOCAL ARRAY ON USING OUTER PASTE'.split(
    ' ',
  ),
);

/** Reads a FROM clause. Never throws; what cannot be read is of kind `unknown`. */
export function sourcesOf(tokens: readonly Token[], from: Clause, scope: Scope): Sources {
  const next = (at: number) => nextOutside(tokens, at, from.to);
  const starts = [next(from.from)];
  const unfolded = new Set<string>();
  let outer = false;
  let place: 'table' | 'using' | 'array' = 'table';
  let previous: Token | undefined;
  for (let i = starts[0]!; i < from.to; i = next(i)) {
    const token = tokens[i];
    const join = isWord(token, 'JOIN');
    const comma = token?.kind === 'comma';
    if (isWord(token, 'RIGHT') || isWord(token, 'FULL')) outer = true;
    if (isWord(token, 'USING')) place = 'using';
    if (join) place = isWord(previous, 'ARRAY') ? 'array' : 'table';
    if ((join || comma) && place === 'table') starts.push(next(i));
    if ((join || comma) && place === 'array') {
      // ARRAY JOIN t AS x makes a new column, ARRAY JOIN t replaces t.
      const { name, end } = dotted(tokens, next(i), from.to);
      if (!isWord(tokens[end], 'AS')) unfolded.add(name);
    }
    previous = token;
  }
  const [first = { kind: 'unknown' }, ...joined] = starts.map((at) => sourceAt(tokens, at, from.to, scope));
  return { first, joined, outer, unfolded };
}

/** A dotted name from `first` on, and the token behind it. */
function dotted(tokens: readonly Token[], first: number, to: number): { readonly name: string; readonly end: number } {
  const parts = [unquote(tokens[first]?.text ?? '')];
  let end = nextOutside(tokens, first, to);
  while (end < to && tokens[end]?.kind === 'dot') {
    const part = nextOutside(tokens, end, to);
    parts.push(unquote(tokens[part]?.text ?? ''));
    end = nextOutside(tokens, part, to);
  }
  return { name: parts.join('.'), end };
}

function sourceAt(tokens: readonly Token[], first: number, end: number, scope: Scope): Source {
  const next = (at: number) => nextOutside(tokens, at, end);
  const token = first < end ? tokens[first] : undefined;
  if (!token) return { kind: 'unknown' };
  if (token.kind === 'open') {
    const close = closingBracket(tokens, first);
    if (close === undefined || !beginsQuery(tokens, first + 1, close)) return { kind: 'unknown' };
    return { kind: 'query', name: aliasAt(tokens, next(first), end), range: { from: first + 1, to: close } };
  }
  let last = first;
  while (tokens[next(last)]?.kind === 'dot' && next(last) < end) last = next(next(last));
  const after = next(last);
  const called = after < end && tokens[after]?.kind === 'open';
  const name = unquote(tokens[last]?.text ?? '');
  const declared = last === first && !called ? scope.get(name) : undefined;
  const alias = aliasAt(tokens, called ? next(after) : after, end);
  if (declared) return { kind: 'expression', name: alias ?? name, declared: name, range: declared };
  const nameable = !called && (tokens[last]?.kind === 'word' || tokens[last]?.kind === 'quotedIdentifier');
  if (!nameable) return { kind: 'table', name: alias };
  const database = last === first ? undefined : unquote(token.text);
  return { kind: 'table', name: alias ?? name, ref: { ...(database !== undefined && { database }), table: name } };
}

function aliasAt(tokens: readonly Token[], at: number, end: number): string | undefined {
  if (at >= end) return undefined;
  const i = isWord(tokens[at], 'AS') ? nextOutside(tokens, at, end) : at;
  const token = i < end ? tokens[i] : undefined;
  if (token?.kind === 'quotedIdentifier') return unquote(token.text);
  return token?.kind === 'word' && !afterTable.has(token.text.toUpperCase()) ? token.text : undefined;
}
