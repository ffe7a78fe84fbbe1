import type { AdHocVariableFilter, DataQueryRequest, ScopedVars } from '@grafana/data';
import { placesFilters } from '../core/adhoc/applicable';
import { applyAdhocFilters } from '../core/adhoc/apply';
import type { ColumnsOf } from '../core/adhoc/columns';
import type { Filtered } from '../core/adhoc/apply';
import { expandFilled } from '../core/expand';
import { isList } from '../core/interpolate/formatVariable';
import { inlineParameters, parametersOf } from '../core/interpolate/parameters';
import type { ValueOf } from '../core/interpolate/parameters';
import { interpolateThrough, valueThrough } from '../core/interpolate/through';
import { expandTemplateMacros } from '../core/macros/expand';
import type { Notice } from '../core/notice';
import { askerComment } from './comment';
import { fail } from './errors';
import type { Host } from './host';
import type { TidemarkQuery } from './query';

/** A statement as it leaves for the server, and what the user must be told about it. */
export interface Prepared {
  readonly statement: string;
  /** Who asks, to be put before it. */
  readonly comment: string;
  /** Texts of the statement's server-side parameters by name, to be sent as `param_<name>`; empty where it has none. */
  readonly params: Readonly<Record<string, string>>;
  readonly notices: readonly Notice[];
  /** IANA name of the dashboard's zone. */
  readonly timezone: string;
}

/** The request of a panel, as far as statements depend on it. */
export type PrepareRequest = Pick<DataQueryRequest<TidemarkQuery>, 'range' | 'intervalMs' | 'timezone' | 'scopedVars'> &
  Partial<
    Pick<
      DataQueryRequest<TidemarkQuery>,
      'app' | 'filters' | 'dashboardTitle' | 'dashboardUID' | 'panelName' | 'panelId'
    >
  > & {
    /** Columns of the tables that the request's filters could reach, looked up before. */
    readonly columnsOf?: ColumnsOf | undefined;
  };

/**
 * Writes the statement that is sent: variables, macros and ad hoc filters as `tidemark sql expand` does, and the comment that
 * names who asks.
 * Throws the errors of core/macros and core/interpolate (with macro, line and column).
 */
export function prepare(query: TidemarkQuery, request: PrepareRequest, host: Host): Prepared {
  const timezone = zoneOf(request.timezone);
  const filters = request.filters ?? [];
  const typed = interpolated(query.rawSql, request.scopedVars, host);
  const context = {
    fromMs: request.range.from.valueOf(),
    toMs: request.range.to.valueOf(),
    // Variable queries come with 0: a second then stands for the interval that they have not.
    intervalMs: request.intervalMs > 0 ? request.intervalMs : 1_000,
    timezone,
    adhoc: filters,
  };
  const expanded = expandFilled(typed, context, request.columnsOf);
  const comment = askerComment({
    app: String(request.app ?? ''),
    dashboard: request.dashboardTitle ?? request.dashboardUID ?? '',
    panel: request.panelName ?? (request.panelId === undefined ? '' : String(request.panelId)),
    refId: query.refId,
    user: host.user(),
  });
  const { statement, params } = bound(expanded.sql, valuesOf(request.scopedVars, host));
  return { statement, comment, params, notices: expanded.notices, timezone };
}

/** The statement with its variables filled in. Throws the errors of core/macros and core/interpolate. */
export function interpolated(sql: string, scopedVars: ScopedVars, host: Host): string {
  const known = expandTemplateMacros(sql, (variable) => host.isAll(variable, scopedVars));
  return interpolateThrough(known, (text, format) => host.replace(text, scopedVars, format));
}

/** A name or a part of one with variables filled in, each as its one value. Throws `variable_list` for several. */
export function filledName(text: string, scopedVars: ScopedVars, host: Host): string {
  return host.replace(text, scopedVars, (value, variable) => {
    const values = isList(value) ? value : [value ?? ''];
    if (values.length > 1) throw fail('variable_list', { variable: variable?.name ?? text, count: values.length });
    return String(values[0] ?? '');
  });
}

/** UTF-8 bytes of parameters that an address may hold: encoded they are three times as long, and servers refuse from 8 KB on. */
const maxParameterBytes = 2_000;

/** The statement and its parameters; where they are too long for an address, they are written into the statement. */
function bound(sql: string, valueOf: ValueOf): Pick<Prepared, 'statement' | 'params'> {
  const params = parametersOf(sql, valueOf);
  const { length } = new TextEncoder().encode(Object.values(params).join(''));
  if (length > maxParameterBytes) return { statement: inlineParameters(sql, valueOf), params: {} };
  return { statement: sql, params };
}

/** The statement with its server-side parameters written into it. Throws the errors of core/interpolate. */
export function inlined(sql: string, scopedVars: ScopedVars, host: Host): string {
  return inlineParameters(sql, valuesOf(scopedVars, host));
}

function valuesOf(scopedVars: ScopedVars, host: Host): ValueOf {
  return (name) => valueThrough(name, (text, format) => host.replace(text, scopedVars, format));
}

/**
 * The statement with ad hoc filters in it. One that places them itself with `$__adHocFilters` is left alone: the macro
 * does it. Never throws.
 */
export function filtered(sql: string, filters: readonly AdHocVariableFilter[], columnsOf?: ColumnsOf): Filtered {
  if (placesFilters(sql)) return { sql, notices: [] };
  return applyAdhocFilters(sql, filters, columnsOf);
}

/** Grafana's zone as an IANA name: it says `browser` (or nothing) for the viewer's own, and `utc`. */
export function zoneOf(timezone: string): string {
  if (timezone && timezone !== 'browser') return timezone.toLowerCase() === 'utc' ? 'UTC' : timezone;
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}
