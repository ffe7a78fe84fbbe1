import type { DataFrame, Field, MetricFindValue } from '@grafana/data';
import { fail } from './errors';

/**
 * The options of a variable from a query's result. One column is text and value; of two, those named `text` and `value`
 * (case ignored), else the first is the value and the second the text. NULL rows are left out, repeated values too.
 * Throws `variable_columns` for more than two columns.
 */
export function findValues(frame: DataFrame | undefined): MetricFindValue[] {
  if (!frame || frame.fields.length === 0) return [];
  const { text, value } = roles(frame.fields);
  const options = new Map<string, MetricFindValue>();
  for (let row = 0; row < frame.length; row += 1) {
    const raw: unknown = value.values[row];
    if (raw === null || raw === undefined) continue;
    const key = print(raw);
    const shown: unknown = text.values[row];
    if (!options.has(key))
      options.set(key, { text: shown === null || shown === undefined ? key : print(shown), value: key });
  }
  return [...options.values()];
}

function roles(fields: readonly Field[]): { readonly text: Field; readonly value: Field } {
  const [first, second] = fields as readonly [Field, Field | undefined];
  if (fields.length > 2) throw fail('variable_columns', { columns: fields.map((field) => field.name) });
  if (!second) return { text: first, value: first };
  const named = (name: string) => fields.find((field) => field.name.toLowerCase() === name);
  const other = (field: Field) => (field === first ? second : first);
  const text = named('text');
  const value = named('value');
  if (value) return { value, text: other(value) };
  if (text) return { text, value: other(text) };
  return { value: first, text: second };
}

function print(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
