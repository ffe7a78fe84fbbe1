import { applyFormat } from './formats';
import { failInterpolate } from './errors';
import { formatVariable } from './formatVariable';
import { replaceReferences } from './references';
import { standsForAll } from './variable';
import type { Reference } from './references';
import type { Variable, VariableValue, Variables } from './variable';

/**
 * Fills in variables as Grafana does: `$v`, `${v}`, `${v:format}`, `${v.field}`, `[[v]]`, `[[v:format]]`. Without a
 * format {@link formatVariable} writes the value. Names that are no variable stay as they are; what is filled in is not
 * read again. `timezone` is for `:date`. Throws TidemarkError `all_unknown`, `bad_zone`.
 * @example interpolate('a IN ($v)', { v: { value: ['x', 'y'] } }, 'UTC') // a IN ('x','y')
 */
export function interpolate(text: string, variables: Variables, timezone: string): string {
  return replaceReferences(text, (reference) => {
    if (!Object.hasOwn(variables, reference.name)) return reference.text;
    return write(reference, variables[reference.name]!, timezone);
  });
}

function write({ name, field, format }: Reference, variable: Variable, timezone: string): string {
  const all = field === undefined && standsForAll(variable);
  // Grafana takes a custom All value as it is, but for these two formats.
  if (all && variable.allValue && format !== 'text' && format !== 'percentencode') return variable.allValue;
  const value = all && format !== 'text' ? allOf(name, variable) : fieldOf(variable, field);
  if (format === undefined) return formatVariable(value as VariableValue, { ...variable, name });
  return applyFormat(format, { name, value, text: textOf(variable, value, all), timezone });
}

function allOf(name: string, { allValue, options }: Variable): VariableValue {
  if (allValue) return allValue;
  if (!options) throw failInterpolate('all_unknown', { variable: name });
  return options;
}

/** A field of an object value by its dotted path. A value that is no object has only `value` and `text`. */
function fieldOf(variable: Variable, field: string | undefined): unknown {
  if (field === undefined) return plain(variable.value);
  if (!isObject(variable.value)) return field === 'text' ? (variable.text ?? variable.value) : variable.value;
  let value: unknown = variable.value;
  for (const part of field.split('.')) value = isObject(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  return plain(value);
}

function plain(value: unknown): unknown {
  return isObject(value) ? JSON.stringify(value) : value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf({ text }: Variable, value: unknown, all: boolean): string {
  if (all && text === undefined) return 'All';
  const shown = text ?? value;
  return Array.isArray(shown) ? shown.join(' + ') : String(shown);
}
