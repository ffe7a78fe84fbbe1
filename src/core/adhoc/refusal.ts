import type { Notice } from '../notice';

const reasons = {
  unterminated: 'the query holds a quote or comment that is never closed',
  brackets: 'brackets of the query do not match',
  statements: 'the query holds more than one statement',
  not_select: 'the query is not a SELECT',
  no_table: 'a SELECT of the query reads from no table',
  no_column: 'what the query reads has no such column',
  incomparable: 'a single value cannot be compared with a column of its type',
  unknown_source: 'what the query reads from could not be read',
  joined_query: 'a sub-query or WITH expression is joined with other tables, so the table meant is not clear',
  recursive: 'the query reads a recursive WITH expression',
  hidden: 'an alias of the query has the same name and its table has none; give the table function an alias',
} as const;

export type RefusalReason = keyof typeof reasons;

// Where the macro can say what the query does not show.
const placeable: readonly RefusalReason[] = ['unknown_source', 'joined_query', 'recursive', 'hidden'];

/** The notice for a filter that was left out of a statement, or of a part of it (`partly`). */
export function refusal(key: string, reason: RefusalReason, partly: boolean): Notice {
  const hint = placeable.includes(reason)
    ? " Write $__adHocFilters('table') after SETTINGS to say where it belongs."
    : '';
  return {
    code: 'adhoc_not_applied',
    message: `The filter on "${key}" was not applied${partly ? ' to all of the query' : ''}: ${reasons[reason]}.${hint}`,
    subject: key,
  };
}
