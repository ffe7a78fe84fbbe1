import { messageOf } from '../../core/errors';

/** The server's sentence without stack, version and the query it repeats; at most 240 characters. */
export function shortCause(text: string): string {
  const first = (text.trim().split('\n', 1)[0] ?? '')
    .replace(/,? ?Stack trace.*$/, '')
    .replace(/\s*\(version [^)]*\)?.*$/, '')
    .replace(/:? While (executing|processing) .*$/, '')
    .replace(/^Code: (\d+)\. DB::Exception: /, 'Code $1: ')
    .trim();
  return first.length > 240 ? `${first.slice(0, 240)}…` : first;
}

/** {@link shortCause} of whatever was thrown. */
export const causeOf = (thrown: unknown): string => shortCause(messageOf(thrown));

/** Why a refresh failed. */
export type FailureKind = 'refresh_memory' | 'group_limit' | 'refresh_source_broken' | 'refresh_failing';

const kinds: readonly (readonly [FailureKind, RegExp])[] = [
  ['refresh_memory', /MEMORY_LIMIT_EXCEEDED|Code: 241\b|CANNOT_ALLOCATE_MEMORY/],
  ['group_limit', /TOO_MANY_ROWS|Limit for (rows|groups) (to|in) GROUP BY exceeded/i],
  [
    'refresh_source_broken',
    /UNKNOWN_IDENTIFIER|NO_SUCH_COLUMN_IN_TABLE|NOT_FOUND_COLUMN_IN_BLOCK|THERE_IS_NO_COLUMN|UNKNOWN_TABLE|UNKNOWN_DATABASE|TYPE_MISMATCH|NO_COMMON_TYPE|CANNOT_CONVERT_TYPE|ILLEGAL_TYPE_OF_ARGUMENT/,
  ],
];

/** Tells the failures of `system.view_refreshes.exception` apart. */
export const failureKind = (exception: string): FailureKind =>
  kinds.find(([, pattern]) => pattern.test(exception))?.[0] ?? 'refresh_failing';

/** Whether the user may not do it, or the server has no such table: a reason not to check, and none to complain. */
export const notAllowed = (thrown: unknown): boolean =>
  /ACCESS_DENIED|Not enough privileges|lacks a right/.test(messageOf(thrown));
