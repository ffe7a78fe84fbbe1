import { clausesOf, firstSignificant, nextOutside } from './clauses';
import { closingBracket, splitArguments, trimTrivia } from './brackets';
import { isWord } from './tokens';
import { unquote } from './names';
import type { Clause } from './clauses';
import type { Token } from './tokens';
import type { TokenRange } from './brackets';

/** One SELECT of a query: its tokens and its clauses. */
export interface Select extends TokenRange {
  readonly clauses: readonly Clause[];
}

/** Common table expressions in sight: name → tokens of the query between its brackets. */
export type Scope = ReadonlyMap<string, TokenRange>;

/** Whether a query begins at `at` (past opening brackets). */
export function beginsQuery(tokens: readonly Token[], at: number, end: number): boolean {
  const i = firstSignificant(tokens, at, end);
  if (i >= end) return false;
  const token = tokens[i]!;
  if (token.text === '(' && token.kind === 'open') return beginsQuery(tokens, i + 1, end);
  return ['SELECT', 'WITH', 'FROM', 'EXPLAIN'].some((word) => isWord(token, word));
}

/**
 * The outermost SELECTs of a query: the parts of UNION, EXCEPT and INTERSECT, brackets around them taken off, EXPLAIN
 * passed over. Empty where the range holds another statement.
 */
export function outerSelects(tokens: readonly Token[], range: TokenRange): Select[] {
  return parts(tokens, afterExplain(tokens, range)).flatMap((part) => {
    const at = firstSignificant(tokens, part.from, part.to);
    if (!beginsQuery(tokens, at, part.to)) return [];
    if (tokens[at]?.kind !== 'open') return [{ ...part, clauses: clausesOf(tokens, part) }];
    const close = closingBracket(tokens, at);
    return close === undefined ? [] : outerSelects(tokens, { from: at + 1, to: close });
  });
}

function afterExplain(tokens: readonly Token[], { from, to }: TokenRange): TokenRange {
  let at = firstSignificant(tokens, from, to);
  if (!isWord(tokens[at], 'EXPLAIN')) return { from, to };
  do at = nextOutside(tokens, at, to);
  while (at < to && !beginsQuery(tokens, at, to));
  return { from: at, to };
}

/** Splits at the words between SELECTs. `* EXCEPT (a, b)` is none of them: no query follows it. */
function parts(tokens: readonly Token[], { from, to }: TokenRange): TokenRange[] {
  const found: TokenRange[] = [];
  let start = from;
  for (let i = firstSignificant(tokens, from, to); i < to; i = nextOutside(tokens, i, to)) {
    if (!['UNION', 'EXCEPT', 'INTERSECT'].some((word) => isWord(tokens[i], word))) continue;
    let after = nextOutside(tokens, i, to);
    if (isWord(tokens[after], 'ALL') || isWord(tokens[after], 'DISTINCT')) after = nextOutside(tokens, after, to);
    if (!beginsQuery(tokens, after, to)) continue;
    found.push({ from: start, to: i });
    start = after;
  }
  return [...found, { from: start, to }];
}

/** The common table expressions that a SELECT declares; `recursive` where they may read themselves. */
export function declaredIn(tokens: readonly Token[], select: Select): { scope: Scope; recursive: boolean } {
  const scope = new Map<string, TokenRange>();
  const clause = select.clauses.find(({ name }) => name === 'WITH');
  if (!clause) return { scope, recursive: false };
  let at = nextOutside(tokens, clause.from, clause.to);
  const recursive = isWord(tokens[at], 'RECURSIVE');
  if (recursive) at = nextOutside(tokens, at, clause.to);
  for (const item of splitArguments(tokens, at - 1, clause.to)) {
    const range = trimTrivia(tokens, item);
    const name = tokens[range.from];
    const last = tokens[range.to - 1];
    if (name?.kind !== 'word' && name?.kind !== 'quotedIdentifier') continue;
    if (last?.text !== ')' || last.kind !== 'close') continue;
    const body = bodyOf(tokens, range);
    if (body) scope.set(unquote(name.text), body);
  }
  return { scope, recursive };
}

/** `name [(columns)] AS [[NOT] MATERIALIZED] (query)`: the query's tokens. */
function bodyOf(tokens: readonly Token[], { from, to }: TokenRange): TokenRange | undefined {
  let as = false;
  for (let i = from; i < to; i = nextOutside(tokens, i, to)) {
    if (isWord(tokens[i], 'AS')) as = true;
    else if (as && tokens[i]?.kind === 'open' && closingBracket(tokens, i) === to - 1)
      return beginsQuery(tokens, i + 1, to - 1) ? { from: i + 1, to: to - 1 } : undefined;
  }
  return undefined;
}
