import { closingBracket, splitArguments, trimTrivia } from '../sql/brackets';
import { failMacro } from './errors';
import { insertAt } from '../sql/edit';
import { isTrivia, positionOf } from '../sql/tokens';
import { tokenize } from '../sql/lexer';
import { usage } from './usage';
import type { Edit } from '../sql/edit';
import type { Macro, Refuse } from './macro';
import type { Place } from './errors';
import type { Token } from '../sql/tokens';
import type { TokenRange } from '../sql/brackets';

/** One call of a macro: its arguments' text, macros in them expanded already, and how to refuse it. */
export interface MacroCall<M extends Macro> {
  readonly macro: M;
  readonly args: readonly string[];
  readonly refuse: Refuse;
}

/** A statement with calls replaced, and the edits that made it of the one before. */
export interface Replaced {
  readonly sql: string;
  readonly edits: readonly Edit[];
}

/**
 * Replaces the calls of macros that `find` knows, from the inside out; everything else stays letter by letter: other
 * macros, strings, comments. Throws `macro_not_closed`, `macro_arguments`, and what `expand` throws.
 */
export function replaceCalls<M extends Macro>(
  sql: string,
  find: (name: string) => M | undefined,
  expand: (call: MacroCall<M>) => string,
): Replaced {
  const tokens = tokenize(sql);
  const run = (from: number, to: number): Edit[] => {
    const edits: Edit[] = [];
    for (let i = from; i < to; i++) {
      const token = tokens[i]!;
      const macro = token.kind === 'macro' ? find(token.text) : undefined;
      if (!macro) continue;
      const place = { macro: macro.name, ...positionOf(sql, token.start) };
      const { ranges, last } = callAt(tokens, i, macro, place);
      const args = ranges.map((range) => replaced(range));
      const text = expand({ macro, args, refuse: refusalAt(place) });
      edits.push({ at: token.start, to: tokens[last]!.end, text });
      i = last;
    }
    return edits;
  };
  const replaced = ({ from, to }: TokenRange): string => {
    const [first, end] = [tokens[from]!.start, tokens[to - 1]!.end];
    const inside = run(from, to).map((edit) => ({ ...edit, at: edit.at - first, to: edit.to! - first }));
    return insertAt(sql.slice(first, end), inside);
  };
  const edits = run(0, tokens.length);
  return { sql: insertAt(sql, edits), edits };
}

/** How a macro at that place is refused. */
export function refusalAt(place: Place): Refuse {
  return (reason) => failMacro('macro_refused', { ...place, reason });
}

/**
 * The arguments of the macro whose name is the token `at`, trimmed, and its last token. Throws `macro_not_closed` and
 * `macro_arguments`.
 */
export function callAt(
  tokens: readonly Token[],
  at: number,
  macro: Macro,
  place: Place,
): { readonly ranges: readonly TokenRange[]; readonly last: number } {
  const { ranges, last } = bracketAt(tokens, at, macro, place);
  return { ranges: fit(macro, ranges, place), last };
}

function bracketAt(tokens: readonly Token[], at: number, macro: Macro, place: Place) {
  let open = at + 1;
  if (macro.arguments.length > 0) while (tokens[open] && isTrivia(tokens[open]!)) open++;
  if (tokens[open]?.text !== '(') return { ranges: [], last: at };
  const close = closingBracket(tokens, open);
  if (close === undefined) {
    if (macro.arguments.length === 0) return { ranges: [], last: at };
    throw failMacro('macro_not_closed', { ...place, usage: usage(macro) });
  }
  const ranges = splitArguments(tokens, open, close).map((range) => trimTrivia(tokens, range));
  return { ranges, last: close };
}

/** Checks the number of arguments. Of a template macro the first argument may hold commas. */
function fit(macro: Macro, given: readonly TokenRange[], place: Place): readonly TokenRange[] {
  const wanted = macro.arguments.length;
  const surplus = macro.kind === 'template' ? Math.max(0, given.length - wanted) : 0;
  const [first, merged] = [given[0], given[surplus]];
  const ranges =
    surplus > 0 && first && merged ? [{ from: first.from, to: merged.to }, ...given.slice(surplus + 1)] : given;
  const enough = macro.arguments.at(-1)?.repeated ? ranges.length >= wanted : ranges.length === wanted;
  if (!enough || ranges.some(({ from, to }) => from === to))
    throw failMacro('macro_arguments', { ...place, usage: usage(macro), given: given.length });
  return ranges;
}
