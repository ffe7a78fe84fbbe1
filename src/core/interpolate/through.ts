import { applyFormat } from './formats';
import { formatVariable, isList } from './formatVariable';
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

/**
 * A variable's value as Grafana knows it, for a server-side parameter; undefined where there is no such variable. A
 * variable of which several may be chosen gives a list; a custom All value comes as it is. Throws what `replace` throws.
 */
export function valueThrough(name: string, replace: Replacer): { readonly value: VariableValue } | undefined {
  const reference = `\${${name}}`;
  let given: { readonly value: VariableValue } | undefined;
  const filled = replace(reference, (value, variable) => {
    given = { value: variable?.multi && !isList(value) && value !== undefined ? [value ?? ''] : value };
    return '';
  });
  // The formatter is not asked for a custom All value: Grafana fills that in itself.
  return given ?? (filled === reference ? undefined : { value: filled });
}
