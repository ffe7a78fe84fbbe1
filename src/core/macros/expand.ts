import { checkZone } from '../time/zone';
import { failMacro } from './errors';
import { macroNamed } from './table';
import { noticesOf } from './notices';
import { offsetBefore } from '../sql/edit';
import { positionOf } from '../sql/tokens';
import { replaceCalls } from './calls';
import { rewriteStatements } from './statement';
import type { ExpressionMacro, MacroContext, TemplateMacro } from './macro';
import type { Notice } from '../notice';

/** A statement after a step of its expansion, and what the user has to be told. */
export interface Expanded {
  readonly sql: string;
  readonly notices: readonly Notice[];
}

/**
 * Expands every `$__macro` of a statement whose variables are filled in already: those that stand for expressions, then
 * those that stand for a whole SELECT. Unknown names stay as they are, and so does everything in comments and strings
 * (a known macro in a string gives a notice, a name that looks like a macro too). A statement without macros comes back
 * unchanged, letter by letter.
 *
 * Throws TidemarkError: `macro_arguments`, `macro_not_closed`, `macro_refused` (with macro, line and column),
 * `macro_context`, `bad_zone`.
 * @example expandMacros('SELECT $__fromTime', { fromMs: 5000, … }).sql // SELECT toDateTime(5)
 */
export function expandMacros(sql: string, context: MacroContext): Expanded {
  checkContext(context);
  const find = (name: string): ExpressionMacro | TemplateMacro | undefined => {
    const macro = macroNamed(name);
    return macro?.kind === 'statement' ? undefined : macro;
  };
  const expanded = replaceCalls(sql, find, ({ macro, args, refuse }) => {
    if (macro.kind === 'template')
      throw refuse(
        'it has to stand in the query itself: within the value of a variable it cannot be told for whom it asks.',
      );
    return macro.expand(args, context, refuse);
  });
  const placeOf = (offset: number) => positionOf(sql, offsetBefore(expanded.edits, offset));
  return { sql: rewriteStatements(expanded.sql, context, placeOf), notices: noticesOf(sql) };
}

/**
 * Expands the macros that have to know whether a variable stands for All: run before variables are filled in.
 * `isAll(name)` says so, or `undefined` where there is no such variable. Throws TidemarkError `macro_arguments`,
 * `macro_not_closed`, `macro_refused`.
 */
export function expandTemplateMacros(sql: string, isAll: (variable: string) => boolean | undefined): string {
  const find = (name: string): TemplateMacro | undefined => {
    const macro = macroNamed(name);
    return macro?.kind === 'template' ? macro : undefined;
  };
  return replaceCalls(sql, find, ({ macro, args, refuse }) => macro.expand(args, isAll, refuse)).sql;
}

function checkContext({ fromMs, toMs, intervalMs, timezone }: MacroContext): void {
  const limit = 8.64e15; // the largest instant of a JavaScript Date
  for (const [field, value] of Object.entries({ fromMs, toMs }))
    if (!Number.isFinite(value) || Math.abs(value) > limit)
      throw failMacro('macro_context', { field, value: String(value), rule: 'milliseconds since 1970 as a number' });
  if (!Number.isFinite(intervalMs) || intervalMs <= 0)
    throw failMacro('macro_context', {
      field: 'intervalMs',
      value: String(intervalMs),
      rule: 'a number of milliseconds above 0',
    });
  checkZone(timezone);
}
