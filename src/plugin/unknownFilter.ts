import type { AdHocVariableFilter } from '@grafana/data';
import { TidemarkError } from '../core/errors';
import type { Notice } from '../core/notice';

/** NO_SUCH_COLUMN_IN_TABLE and UNKNOWN_IDENTIFIER. */
const unknownColumn: ReadonlySet<unknown> = new Set([16, 47]);

/**
 * The ad hoc filter that a refused query failed for: the one whose column the server says it does not know. A dashboard's
 * filter reaches panels on tables without that column, which should then show their data and say so, not fail. Never
 * throws; undefined for every other error.
 */
export function unknownFilter(
  thrown: unknown,
  filters: readonly AdHocVariableFilter[],
): AdHocVariableFilter | undefined {
  if (!(thrown instanceof TidemarkError) || !unknownColumn.has(thrown.facts['serverCode'])) return undefined;
  const name = /(?:identifier|column)s? [`'"]([^`'"]+)[`'"]/i.exec(String(thrown.facts['text']))?.[1];
  return filters.find(({ key }) => key === name);
}

/** What the panel says about a filter that was left out. */
export function leftOut({ key }: AdHocVariableFilter): Notice {
  return {
    code: 'adhoc_unknown_column',
    message: `The filter on "${key}" was not applied: what this query reads has no such column.`,
    subject: key,
  };
}
