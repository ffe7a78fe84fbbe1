import { applyAdhocFilters } from './adhoc/apply';
import { builtinVariables } from './interpolate/builtins';
import { checkZone } from './time/zone';
import { expandMacros, expandTemplateMacros } from './macros/expand';
import { interpolate } from './interpolate/interpolate';
import { isAllOrEmpty } from './interpolate/variable';
import { placesFilters } from './adhoc/applicable';
import type { AdhocFilter } from './adhoc/filter';
import type { ColumnsOf } from './adhoc/columns';
import type { Expanded } from './macros/expand';
import type { MacroContext } from './macros/macro';
import type { Variables } from './interpolate/variable';

/** A query as a panel holds it, and everything it is filled in from. */
export interface ExpandQuery {
  readonly sql: string;
  /** Range, milliseconds since 1970 UTC, both ends included. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Grafana's interval between two points, milliseconds, above 0. */
  readonly intervalMs: number;
  /** IANA name of the dashboard's zone, or `utc`; Grafana's `browser` has to be resolved before. */
  readonly timezone: string;
  readonly variables?: Variables;
  readonly adhoc?: readonly AdhocFilter[];
}

/**
 * Makes the statement that is sent: macros that ask variables, variables, all other macros, ad hoc filters, in this
 * order. A query with none of them comes back unchanged. Throws TidemarkError: `bad_zone`, `all_unknown`, `macro_*`.
 */
export function expandQuery(query: ExpandQuery): Expanded {
  const { sql, variables = {} } = query;
  const timezone = checkZone(query.timezone);
  const known: Variables = { ...builtinVariables({ ...query, timezone }), ...variables };
  const isAll = (name: string) => (Object.hasOwn(known, name) ? isAllOrEmpty(known[name]!) : undefined);
  const filled = interpolate(expandTemplateMacros(sql, isAll), known, timezone);
  return expandFilled(filled, { ...query, timezone });
}

/**
 * The second half of {@link expandQuery}, for a statement whose variables Grafana has filled in: macros, then ad hoc
 * filters (not where `$__adHocFilters` says where they go). `columnsOf` says which tables have a filter's column. Throws TidemarkError: `bad_zone`, `macro_*`.
 */
export function expandFilled(sql: string, context: MacroContext, columnsOf?: ColumnsOf): Expanded {
  const expanded = expandMacros(sql, context);
  if (placesFilters(sql)) return expanded;
  const filtered = applyAdhocFilters(expanded.sql, context.adhoc ?? [], columnsOf);
  return { sql: filtered.sql, notices: [...expanded.notices, ...filtered.notices] };
}
