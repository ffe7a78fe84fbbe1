import type { Macro } from './macro';

/** How a call is written. @example usage(dateTimeFilter) // $__dateTimeFilter(date, time) */
export function usage(macro: Macro): string {
  if (macro.arguments.length === 0) return macro.name;
  const call = `${macro.name}(${macro.arguments.map((a) => (a.repeated ? `${a.name}, …` : a.name)).join(', ')})`;
  return macro.kind === 'statement' ? `${call} FROM table` : call;
}
