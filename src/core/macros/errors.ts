import { errorTable } from '../errors';

/** A macro and where it stands, line and column from 1. */
export interface Place {
  readonly macro: string;
  readonly line: number;
  readonly column: number;
}

const at = (f: Place) => `${f.macro} at line ${f.line}, column ${f.column}`;

/** What can be wrong with a macro or with what it is filled in from. */
export const failMacro = errorTable({
  macro_arguments: (f: Place & { usage: string; given: number }) =>
    `${at(f)} was given ${f.given} argument${f.given === 1 ? '' : 's'}. Write it as ${f.usage}.`,
  macro_not_closed: (f: Place & { usage: string }) =>
    `${at(f)}: the bracket after its name is never closed. Write it as ${f.usage}.`,
  macro_refused: (f: Place & { reason: string }) => `${at(f)}: ${f.reason}`,
  macro_context: (f: { field: string; value: string; rule: string }) =>
    `Macros cannot be filled in: ${f.field} is ${f.value}, but it has to be ${f.rule}.`,
});
