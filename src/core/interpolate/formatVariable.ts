import { literal } from '../sql/quote';
import type { VariableFacts, VariableValue } from './variable';

/**
 * Writes a variable that was given no `:format`. **The contract** (docs/interpolation.md): a list, and any value of a
 * variable of which several may be chosen, becomes quoted and escaped literals `'a','b'`; a single value goes in raw, as
 * dashboards expect (it may be a number, a column, a piece of SQL). An empty list becomes nothing, so `IN ()` is asked,
 * which ClickHouse answers with no rows; no value becomes nothing.
 *
 * This is the function that the plugin hands to Grafana's `templateSrv.replace(sql, scopedVars, formatVariable)`.
 * Never throws.
 * @example formatVariable(["O'Brien", 'x'], { multi: true }) // 'O\'Brien','x'
 */
export function formatVariable(value: VariableValue, variable: VariableFacts = {}): string {
  if (isList(value)) return quoteList(value);
  if (value === null || value === undefined) return '';
  return variable?.multi ? quoteList([value]) : String(value);
}

/** Quoted, escaped literals with commas between: safe in SQL whatever they hold. */
export function quoteList(values: readonly unknown[]): string {
  return values.map((value) => literal(String(value))).join(',');
}

/** Whether several values are given. */
export function isList(value: unknown): value is readonly (string | number | boolean)[] {
  return Array.isArray(value);
}
