import { builtinVariables } from '../interpolate/builtins';
import type { MacroContext } from './macro';

/**
 * The value of one of Grafana's own variables, for where nobody filled it in before: one source for both, so they never
 * differ.
 */
export function builtinValue(name: string, context: MacroContext): string {
  return String(builtinVariables(context)[name]?.value ?? '');
}
