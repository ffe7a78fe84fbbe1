import { callAt, refusalAt } from './calls';
import { closingBracket } from '../sql/brackets';
import { insertAt } from '../sql/edit';
import { isTrivia, isWord } from '../sql/tokens';
import { macroNamed } from './table';
import { outerSelects } from '../sql/selects';
import { selectAround } from './around';
import { rewriteEdits } from './rewrite';
import { tokenize } from '../sql/lexer';
import { usage } from './usage';
import type { Edit } from '../sql/edit';
import type { MacroContext, Refuse, StatementMacro } from './macro';
import type { Place } from './errors';
import type { Select } from '../sql/selects';
import type { Token } from '../sql/tokens';
import type { TokenRange } from '../sql/brackets';

/**
 * Makes queries of the SELECTs that begin with a statement macro, each in its own scope: its part of a UNION, its
 * sub-query or its WITH expression. `placeOf` says where an offset lies in what the user wrote. Throws `macro_arguments`,
 * `macro_not_closed`, `macro_refused`.
 */
export function rewriteStatements(
  sql: string,
  context: MacroContext,
  placeOf: (offset: number) => Omit<Place, 'macro'>,
): string {
  // From the last to the first: so a macro within another one's brackets or tail is a query by then, and places in
  // front of it still hold.
  let text = sql;
  for (let before = Infinity; ;) {
    const tokens = tokenize(text);
    const at = lastIndex(tokens, (token) => token.start < before && statementMacro(token) !== undefined);
    if (at < 0) return text;
    before = tokens[at]!.start;
    const macro = statementMacro(tokens[at]!)!;
    text = insertAt(text, editsOf(tokens, at, macro, context, { macro: macro.name, ...placeOf(before) }));
  }
}

function lastIndex(tokens: readonly Token[], holds: (token: Token) => boolean): number {
  let at = tokens.length - 1;
  while (at >= 0 && !holds(tokens[at]!)) at--;
  return at;
}

function statementMacro({ kind, text }: Token): StatementMacro | undefined {
  const macro = kind === 'macro' ? macroNamed(text) : undefined;
  return macro?.kind === 'statement' ? macro : undefined;
}

function editsOf(
  tokens: readonly Token[],
  at: number,
  macro: StatementMacro,
  context: MacroContext,
  place: Place,
): readonly Edit[] {
  const refuse = refusalAt(place);
  if (tokens.some(({ kind }) => kind === 'unterminated'))
    throw refuse('the query holds a quote or comment that is never closed. Close it.');
  const { ranges, last } = callAt(tokens, at, macro, place);
  const scope = scopeOf(tokens, at, refuse);
  const select = selectOf(tokens, scope, at, last, usage(macro), refuse);
  const around = selectAround(tokens, select, ranges);
  const args = ranges.map(({ from, to }) =>
    tokens
      .slice(from, to)
      .map(({ text }) => text)
      .join(''),
  );
  const rewrite = macro.expand(args, around, context, refuse);
  return [...rewriteEdits(tokens, select, { at, last }, rewrite), ...semicolon(tokens, scope)];
}

/** What stands between the innermost brackets around a token, or the statement that it belongs to. */
function scopeOf(tokens: readonly Token[], at: number, refuse: Refuse): TokenRange {
  let scope: TokenRange = { from: 0, to: tokens.length };
  for (let i = 0; i < scope.to; i++) {
    const token = tokens[i]!;
    if (token.kind === 'open') {
      const close = closingBracket(tokens, i);
      if (close === undefined) throw refuse('the brackets of the query do not match. Close each that is opened.');
      if (i < at && at < close) scope = { from: i + 1, to: close };
      else i = close;
    } else if (token.kind === 'close') {
      throw refuse('the brackets of the query do not match. Open each that is closed.');
    } else if (token.kind === 'semicolon') {
      if (i < at) scope = { ...scope, from: i + 1 };
      else scope = { ...scope, to: i };
    }
  }
  return scope;
}

/** The SELECT that the macro stands for: a word SELECT in its place is what the grammar reads. */
function selectOf(
  tokens: readonly Token[],
  scope: TokenRange,
  at: number,
  last: number,
  written: string,
  refuse: Refuse,
): Select {
  const read = tokens.map((token, i): Token => (i === at ? { ...token, kind: 'word', text: 'SELECT' } : token));
  const select = outerSelects(read, scope).find(({ clauses }) =>
    clauses.some(({ name, from }) => name === 'SELECT' && from === at),
  );
  if (!select) throw refuse(`${misplaced(tokens, scope, at)} Write ${written}.`);
  const clause = select.clauses.find(({ name }) => name === 'SELECT')!;
  const surplus = tokens.slice(last + 1, clause.to).find((token) => !isTrivia(token));
  if (!select.clauses.some(({ name }) => name === 'FROM'))
    throw refuse(`there is no FROM in its query. Write ${written}.`);
  if (surplus)
    throw refuse(
      `"${surplus.text}" follows its bracket, where only FROM may stand: all columns are named within. Write ${written}.`,
    );
  return select;
}

function misplaced(tokens: readonly Token[], { from }: TokenRange, at: number): string {
  const before = tokens.slice(from, at).filter((token) => !isTrivia(token));
  return ['SELECT', 'DISTINCT'].some((word) => isWord(before.at(-1), word))
    ? 'it stands in place of the word SELECT: take out that word before it.'
    : 'it stands in place of the word SELECT, at the beginning of a query.';
}

/** A semicolon with nothing behind it is dropped. */
function semicolon(tokens: readonly Token[], { to }: TokenRange): Edit[] {
  const token = tokens[to];
  if (token?.kind !== 'semicolon' || tokens.slice(to).some((t) => t.kind !== 'semicolon' && !isTrivia(t))) return [];
  return tokens.slice(to).flatMap((t) => (t.kind === 'semicolon' ? [{ at: t.start, to: t.end, text: '' }] : []));
}
