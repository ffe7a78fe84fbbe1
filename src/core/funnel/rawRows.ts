import type { SourceSpec } from '../metrics/catalogue';
import { inStretches } from '../metrics/conditions';
import type { Asked } from '../metrics/question';
import { rawRows } from '../metrics/rows';
import { ident } from '../sql/quote';
import { funnelDimensions, funnelEvents } from './picks';
import type { FunnelSpec } from './spec';

/**
 * Rows of events as a funnel takes them, from the source itself: one version per id, without deleted ones, by the rules of the
 * planner. `fromMs` to `toMs` (exclusive) bounds their time.
 */
export function rawFunnelRows(source: SourceSpec, funnel: FunnelSpec, fromMs: number, toMs: number): string {
  const dimensions = funnelDimensions(funnel);
  const timezone = 'UTC';
  const asked: Asked = {
    metric: {
      name: funnel.name,
      title: funnel.title,
      class: 'ordered',
      role: source.role,
      measures: [],
      entity: 'user',
      sql: '',
      dimensions: [],
      present: ['time', 'user', 'event', ...dimensions].filter((name) => source.notNull[name] !== undefined),
      where: '',
      raw: true,
    },
    fromMs,
    toMs,
    interval: 'all',
    by: ['event', ...dimensions],
    where: funnel.order === 'strict' ? [] : [{ dimension: 'event', operator: '=', values: funnelEvents(funnel) }],
    timezone,
    freshness: 'exact',
    topN: undefined,
    weekStart: 'monday',
    edges: [],
  };
  const rows = rawRows({ asked, interval: 'all' }, source, [inStretches(source, [{ fromMs, toMs }], timezone)]);
  return followedRows(funnel, "toDateTime64(time, 3, 'UTC')", `(\n${rows}\n)`);
}

/** SELECT of rows as `entriesSql` takes them, from a table or sub-query with `user`, `event` and the dimensions. */
export function followedRows(funnel: FunnelSpec, at: string, from: string, where: readonly string[] = []): string {
  const entity = ident(funnel.by);
  const dimensions = funnelDimensions(funnel).filter((d) => d !== funnel.by);
  const columns = [`${entity} AS tm_entity`, `${at} AS tm_at`, ident('event'), ...dimensions.map((d) => ident(d))];
  const conditions = [...where, ...(funnel.by === 'user' ? [] : [`${entity} != ''`])];
  return `SELECT ${columns.join(', ')} FROM ${from}${conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : ''}`;
}
