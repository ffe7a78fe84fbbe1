import { adhocOperators } from './filter';
import { condition } from './condition';
import { keySql } from './key';
import type { AdhocFilter, AdhocOperator } from './filter';
import type { ColumnSql } from './condition';
import type { Notice } from '../notice';

/** Conditions of filters, joined by AND; empty where there is none. */
export interface Predicates {
  readonly sql: string;
  readonly notices: readonly Notice[];
}

/** A filter whose operator is one of {@link adhocOperators}. */
export type KnownFilter = AdhocFilter & { readonly operator: AdhocOperator };

/**
 * The filters that say something, and a notice for each whose operator is not known. A filter without a key is one that
 * the user is still typing: it is skipped.
 */
export function knownFilters(filters: readonly AdhocFilter[]): {
  readonly known: readonly KnownFilter[];
  readonly notices: readonly Notice[];
} {
  const named = filters.filter(({ key }) => key !== '');
  return {
    known: named.filter(isKnown),
    notices: named
      .filter((filter) => !isKnown(filter))
      .map(({ key, operator }) => ({
        code: 'adhoc_operator',
        message: `The filter on "${key}" was not applied: the operator "${operator}" is not one of ${adhocOperators.join(' ')}.`,
        subject: key,
      })),
  };
}

/** The condition of one filter on its column. */
export function predicate({ operator, value, values }: KnownFilter, column: ColumnSql): string {
  const many = operator.endsWith('|') && values !== undefined && values.length > 0;
  return condition(operator, column, many ? values : [value]);
}

/**
 * The conditions of the filters as one SQL expression, for columns whose types nobody knows.
 * @example predicates([{ key: 'country', operator: '=', value: 'DE' }]).sql // `country` = 'DE'
 */
export function predicates(filters: readonly AdhocFilter[]): Predicates {
  const { known, notices } = knownFilters(filters);
  return { sql: known.map((filter) => predicate(filter, { sql: keySql(filter.key) })).join(' AND '), notices };
}

function isKnown(filter: AdhocFilter): filter is KnownFilter {
  return (adhocOperators as readonly string[]).includes(filter.operator);
}
