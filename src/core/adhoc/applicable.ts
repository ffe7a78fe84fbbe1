import { applyAdhocFilters } from './apply';
import { tokenize } from '../sql/lexer';
import type { AdhocFilter } from './filter';
import type { ColumnsOf } from './columns';

/** Whether a filter has an effect on any of some statements; `reason` says why not. */
export interface Applicable {
  readonly applicable: boolean;
  /** A sentence; only where it is not applicable. */
  readonly reason?: string;
}

/**
 * Whether a filter goes into at least one of the statements, by their text and their tables' columns. A filter without
 * a key, and one without any statement to judge by, is applicable. Never throws.
 */
export function applicability(statements: readonly string[], filter: AdhocFilter, columnsOf?: ColumnsOf): Applicable {
  if (filter.key === '') return { applicable: true };
  const reasons: string[] = [];
  for (const sql of statements) {
    if (placesFilters(sql)) return { applicable: true };
    const { sql: filtered, notices } = applyAdhocFilters(sql, [filter], columnsOf);
    if (filtered !== sql) return { applicable: true };
    reasons.push(...notices.map(({ message }) => message));
  }
  const [reason] = reasons;
  return reason === undefined ? { applicable: true } : { applicable: false, reason };
}

/** Whether a statement says itself where the filters go, by `$__adHocFilters`. */
export function placesFilters(sql: string): boolean {
  return tokenize(sql).some(({ kind, text }) => kind === 'macro' && text === '$__adHocFilters');
}
