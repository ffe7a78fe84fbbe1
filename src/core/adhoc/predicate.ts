import { keySql } from './key';
import { literal } from '../sql/quote';
import { adhocOperators } from './filter';
import type { AdhocFilter, AdhocOperator } from './filter';
import type { Notice } from '../notice';

/**
 * What each operator says of a column, the values being string literals: ClickHouse itself reads a literal as a number,
 * a date, an enum … where the column is one. Rows where the column is NULL match no operator but none-of's own rules,
 * as everywhere in SQL. Only the regular expressions make a string of the column first, for columns of other types.
 */
const operators: Readonly<Record<AdhocOperator, (key: string, values: readonly string[]) => string>> = {
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

const one = (values: readonly string[]) => literal(values[0] ?? '');
const list = (values: readonly string[]) => values.map(literal).join(', ');

/** Conditions of filters, joined by AND; empty where there is none. */
export interface Predicates {
  readonly sql: string;
  readonly notices: readonly Notice[];
}

/**
 * The conditions of the filters as one SQL expression. `keyOf` writes a filter's column, by default {@link keySql}.
 * A filter without a key is one that the user is still typing: it is skipped. An unknown operator gives a notice.
 * @example predicates([{ key: 'country', operator: '=', value: 'DE' }]).sql // `country` = 'DE'
 */
export function predicates(filters: readonly AdhocFilter[], keyOf: (key: string) => string = keySql): Predicates {
  const notices: Notice[] = [];
  const conditions: string[] = [];
  for (const { key, operator, value, values } of filters) {
    if (key === '') continue;
    if (isOperator(operator)) {
      const many = operator.endsWith('|') && values !== undefined && values.length > 0;
      conditions.push(operators[operator](keyOf(key), many ? values : [value]));
    } else {
      notices.push({
        code: 'adhoc_operator',
        message: `The filter on "${key}" was not applied: the operator "${operator}" is not one of ${adhocOperators.join(' ')}.`,
        subject: key,
      });
    }
  }
  return { sql: conditions.join(' AND '), notices };
}

function isOperator(text: string): text is AdhocOperator {
  return (adhocOperators as readonly string[]).includes(text);
}
