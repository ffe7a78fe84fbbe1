import { applyFormat } from './formats';
import { formatVariable } from './formatVariable';
import { replaceReferences } from './references';
import type { VariableFacts, VariableValue } from './variable';

/** Grafana's `templateSrv.replace(text, scopedVars, format)`, with the scoped variables bound. */
export type Replacer = (text: string, format: (value: VariableValue, variable?: VariableFacts) => string) => string;

const quoting = new Set(['singlequote', 'doublequote', 'sqlstring']);

/**
 * Fills in a statement through Grafana: values without a format by {@link formatVariable}, Grafana's formats by Grafana
 * itself, but for the three quoting ones, whose literals a backslash in a value would break in ClickHouse: those are
 * written by Tidemark's own. Throws what `replace` throws.
 * @example interpolateThrough(sql, (text, format) => templateSrv.replace(text, scopedVars, format))
 */
export function interpolateThrough(sql: string, replace: Replacer): string {
  return replaceReferences(sql, (reference) => {
    if (!quoting.has(reference.format ?? '')) return replace(reference.text, formatVariable);
    const withoutFormat = reference.text.replace(/:\w+(?=\}|\]\])/, '');
    const filled = replace(withoutFormat, (value, variable) =>
      applyFormat(reference.format!, { name: variable?.name ?? '', value, text: '', timezone: 'UTC' }),
    );
    // Not a variable: Grafana leaves the text, so the reference stays with its format.
    return filled === withoutFormat ? reference.text : filled;
  });
}
