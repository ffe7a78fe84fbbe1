import { closingBracket, splitArguments, trimTrivia } from '../sql/brackets';
import { failMacro } from './errors';
import { isTrivia, positionOf } from '../sql/tokens';
import { tokenize } from '../sql/lexer';
import { usage } from './table';
import type { Macro, Refuse } from './macro';
import type { Token } from '../sql/tokens';
import type { TokenRange } from '../sql/brackets';

/** One call of a macro: its arguments' text, macros in them expanded already, and how to refuse it. */
export interface MacroCall<M extends Macro> {
  readonly macro: M;
  readonly args: readonly string[];
  readonly refuse: Refuse;
}

/**
 * Replaces the calls of macros that `find` knows, from the inside out; everything else stays letter by letter: other
 * macros, strings, comments. Throws `macro_not_closed`, `macro_arguments`, and what `expand` throws.
 */
export function replaceCalls<M extends Macro>(
  sql: string,
  find: (name: string) => M | undefined,
  expand: (call: MacroCall<M>) => string,
): string {
  const tokens = tokenize(sql);
  const run = (from: number, to: number): string => {
    let out = '';
    for (let i = from; i < to; i++) {
      const token = tokens[i]!;
      const macro = token.kind === 'macro' ? find(token.text) : undefined;
      if (!macro) {
        out += token.text;
        continue;
      }
      const place = { macro: macro.name, ...positionOf(sql, token.start) };
      const { ranges, last } = argumentsOf(tokens, i, macro, place);
      const args = fit(macro, ranges, place).map(({ from, to }) => run(from, to));
      out += expand({ macro, args, refuse: (reason) => failMacro('macro_refused', { ...place, reason }) });
      i = last;
    }
    return out;
  };
  return run(0, tokens.length);
}

type Place = { readonly macro: string; readonly line: number; readonly column: number };

function argumentsOf(tokens: readonly Token[], at: number, macro: Macro, place: Place) {
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
