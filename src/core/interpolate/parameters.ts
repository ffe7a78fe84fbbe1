import { failInterpolate } from './errors';
import { isList } from './formatVariable';
import { ident, literal } from '../sql/quote';
import { shapeOf } from './parameterType';
import { tokenize } from '../sql/lexer';
import type { VariableValue } from './variable';

/** A server-side parameter as a statement asks for it. */
export interface ParameterUse {
  /** As it stands in the statement, e.g. `{city:Array(String)}`. */
  readonly text: string;
  readonly name: string;
  readonly type: string;
}

/** A variable's value for a parameter; undefined where there is no variable of the name. */
export type ValueOf = (name: string) => { readonly value: VariableValue } | undefined;

/** The parameters `{name:Type}` of a statement, each spelling once; those in quotes and comments are none. Never throws. */
export function parameterUses(sql: string): ParameterUse[] {
  const uses = new Map<string, ParameterUse>();
  for (const { kind, text, start } of tokenize(sql)) {
    // `${nobody:csv}` is a variable that does not exist.
    if (kind !== 'parameter' || sql[start - 1] === '$') continue;
    const colon = text.indexOf(':');
    uses.set(text, { text, name: text.slice(1, colon).trim(), type: text.slice(colon + 1, -1).trim() });
  }
  return [...uses.values()];
}

/**
 * The texts of a statement's parameters by name (sent as `param_<name>`), in the form that ClickHouse reads: escaped as in
 * TabSeparated, lists as `['a','b']`. A parameter never changes what the statement means, whatever its value holds. A
 * list of one is also a scalar; a single value is also a list of one; `Identifier` is a table or column, as it is.
 *
 * Throws TidemarkError `parameter_unknown` (all that no variable has the name of), `parameter_list`, `parameter_value`,
 * `parameter_nested`, `parameter_mixed`.
 * @example parametersOf('a IN {v:Array(String)}', () => ({ value: ["O'B"] })) // { v: "['O\\'B']" }
 */
export function parametersOf(sql: string, valueOf: ValueOf): Readonly<Record<string, string>> {
  const uses = parameterUses(sql);
  const found = uses.map((use) => ({ use, variable: valueOf(use.name) }));
  const unknown = found.flatMap(({ use, variable }) => (variable ? [] : [use.text]));
  if (unknown.length > 0) throw failInterpolate('parameter_unknown', { parameters: unknown });
  const texts = new Map<string, string>();
  for (const { use, variable } of found) {
    const text = escaped(plainText(use, variable!.value), use);
    const before = texts.get(use.name);
    if (before !== undefined && before !== text) throw failInterpolate('parameter_mixed', { name: use.name });
    texts.set(use.name, text);
  }
  return Object.fromEntries(texts);
}

/**
 * The statement with its parameters written into it as casts, for places that send no parameters (Explore takes over
 * text alone); the server has no such cast for a Map. Names that are no variable stay. Throws `parameter_list`, `parameter_value`, `parameter_nested`.
 * @example inlineParameters('a = {v:UInt8}', () => ({ value: 5 })) // a = CAST('5', 'UInt8')
 */
export function inlineParameters(sql: string, valueOf: ValueOf): string {
  const uses = new Map(parameterUses(sql).map((use) => [use.text, use]));
  let previous = '';
  return tokenize(sql)
    .map(({ kind, text }) => {
      const use = kind === 'parameter' && previous !== '$' ? uses.get(text) : undefined;
      previous = text;
      const variable = use && valueOf(use.name);
      if (!use || !variable) return text;
      const plain = plainText(use, variable.value);
      if (shapeOf(use.type).kind === 'identifier') return ident(plain ?? '');
      return `CAST(${literal(plain)}, ${literal(use.type)})`;
    })
    .join('');
}

/** The value as the type prints it; null for NULL. */
function plainText(use: ParameterUse, value: VariableValue): string | null {
  const values: readonly unknown[] = isList(value) ? value : value === null || value === undefined ? [] : [value];
  const shape = shapeOf(use.type);
  if (shape.kind === 'list') {
    const { element } = shape;
    if (element === 'nested') throw failInterpolate('parameter_nested', { parameter: use.text, name: use.name });
    return `[${values.map((item) => elements[element](String(item), use)).join(',')}]`;
  }
  if (values.length > 1)
    throw failInterpolate('parameter_list', {
      parameter: use.text,
      name: use.name,
      type: use.type,
      count: values.length,
    });
  if (values.length === 0) return /^Nullable\b/i.test(use.type) ? null : '';
  return String(values[0]);
}

/** What the server reads the text from: a scalar is escaped, a list carries its own quotes, a name is taken as it is. */
function escaped(plain: string | null, use: ParameterUse): string {
  if (plain === null) return '\\N';
  return shapeOf(use.type).kind === 'scalar' ? escapeTabSeparated(plain) : plain;
}

/** An element within `[…]`: strings quoted; numbers bare, because the server takes none in quotes there. */
const elements = {
  text: (value: string) => literal(value),
  number(value: string, use: ParameterUse) {
    if (/^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$|^[+-]?(inf|nan)$/i.test(value)) return value;
    throw failInterpolate('parameter_value', { parameter: use.text, name: use.name, value, rule: 'a number' });
  },
  bool(value: string, use: ParameterUse) {
    if (/^(true|1)$/i.test(value)) return 'true';
    if (/^(false|0)$/i.test(value)) return 'false';
    throw failInterpolate('parameter_value', { parameter: use.text, name: use.name, value, rule: 'true or false' });
  },
};

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\0': '\\0',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function escapeTabSeparated(text: string): string {
  return text.replace(/[\\\0\b\f\n\r\t]/g, (character) => escapes[character] ?? character);
}
