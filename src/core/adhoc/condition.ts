import { literal } from '../sql/quote';
import { askedOf, elementOf } from './columnType';
import type { AdhocOperator } from './filter';

/** A column in a statement: its SQL, and its type where that is known. */
export interface ColumnSql {
  readonly sql: string;
  readonly type?: string;
}

type Positive = Exclude<AdhocOperator, '!=' | '!=|' | '!~'>;

const opposite: Readonly<Partial<Record<AdhocOperator, Positive>>> = { '!=': '=', '!=|': '=|', '!~': '=~' };

/**
 * What an operator says of a column. Values are string literals: ClickHouse itself reads a literal as a number, a date, an
 * enum … where the column is one. Of a list the positive operators ask whether an element is so, the negative ones whether
 * none is; JSON, Dynamic and Variant are compared as text, but by `<` and `>` as numbers where the value is one. Rows
 * where the column is NULL match no operator, as everywhere in SQL.
 * @example condition('=', { sql: '`tags`', type: 'Array(String)' }, ['a']) // arrayExists(tm_x -> tm_x = 'a', `tags`)
 */
export function condition(operator: AdhocOperator, { sql, type }: ColumnSql, values: readonly string[]): string {
  switch (askedOf(type)) {
    case 'list': {
      const element = { sql: 'tm_x', type: elementOf(type!)! };
      const positive = opposite[operator];
      return `${positive ? 'NOT ' : ''}arrayExists(tm_x -> ${condition(positive ?? operator, element, values)}, ${sql})`;
    }
    case 'text':
      return ofText(operator, sql, values);
    default:
      return ofValue[operator](sql, values);
  }
}

const one = (values: readonly string[]) => literal(values[0] ?? '');
const list = (values: readonly string[]) => values.map(literal).join(', ');

const ofValue: Readonly<Record<AdhocOperator, (key: string, values: readonly string[]) => string>> = {
  '=': (key, values) => `${key} = ${one(values)}`,
  '!=': (key, values) => `${key} != ${one(values)}`,
  '=|': (key, values) => `${key} IN (${list(values)})`,
  '!=|': (key, values) => `${key} NOT IN (${list(values)})`,
  '=~': (key, values) => `match(toString(${key}), ${one(values)})`,
  '!~': (key, values) => `NOT match(toString(${key}), ${one(values)})`,
  '<': (key, values) => `${key} < ${one(values)}`,
  '<=': (key, values) => `${key} <= ${one(values)}`,
  '>': (key, values) => `${key} > ${one(values)}`,
  '>=': (key, values) => `${key} >= ${one(values)}`,
};

const number = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

function ofText(operator: AdhocOperator, sql: string, values: readonly string[]): string {
  // toString() would make an empty text of a path that a row has not.
  const text = `CAST(${sql}, 'Nullable(String)')`;
  const asNumber = /^[<>]/.test(operator) && number.test(values[0] ?? '');
  return asNumber ? `toFloat64OrNull(${text}) ${operator} ${values[0]}` : ofValue[operator](text, values);
}
