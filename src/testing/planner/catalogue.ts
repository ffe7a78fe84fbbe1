import type { MetricSpec, PlannerCatalogue, Question, RollupSpec, SourceSpec } from '../../core/metrics';

/** Metrics of every class over one made-up source `shop.requests`; measures and rollups as a pack would declare them. */
const n = { column: 'n', type: 'UInt64', row: '1' };
const failed = { column: 'failed', type: 'UInt64', row: 'toUInt64(`status` >= 500)' };
const latency = {
  column: 'latency',
  type: 'AggregateFunction(quantilesDD(0.01, 0.5, 0.95), Float64)',
  row: 'toFloat64(`ms`)',
  state: 'quantilesDDState(0.01, 0.5, 0.95)',
};
const mrr = { column: 'mrr', type: 'UInt64', row: '' };

const metric = (name: string, own: Partial<MetricSpec>): MetricSpec => ({
  name,
  title: name,
  class: 'additive',
  role: 'requests',
  measures: [],
  sql: 'sum(n)',
  dimensions: ['service'],
  present: [],
  where: '',
  raw: true,
  ...own,
});

export const metrics: readonly MetricSpec[] = [
  metric('requests', { measures: [n] }),
  metric('error_rate', { class: 'ratio', measures: [n, failed], sql: 'sum(failed) / sum(n)', weight: 'sum(n)' }),
  metric('p95', { class: 'state-additive', measures: [latency], sql: 'quantilesDDMerge(0.01, 0.5, 0.95)(latency)[2]' }),
  metric('callers', { class: 'entity-set', entity: 'user', sql: 'uniqExact(user)' }),
  metric('daily_callers', { class: 'entity-set', entity: 'user', windows: { dau: 1 }, sql: 'dau', dimensions: [] }),
  metric('mrr', { class: 'semi-additive', measures: [mrr], sql: 'sum(mrr)', dimensions: ['plan'], raw: false }),
  metric('checkout', {
    class: 'ordered',
    entity: 'user',
    measures: [{ column: 'path', type: 'String', row: '`path`' }],
    perEntity: "windowFunnel(3600)(toDateTime(time), path = '/cart', path = '/pay')",
    sql: 'countIf(entity_value >= 2)',
  }),
  metric('broken', { role: 'nothing' }),
];

const rollup = (name: string, own: Partial<RollupSpec>): RollupSpec => ({
  name,
  table: `tm.${name}`,
  role: 'requests',
  kind: 'places',
  grain: 'day',
  timezone: 'UTC',
  lifeDays: null,
  keys: [{ column: 'service', from: 'service', wide: false, capped: false }],
  measures: [n, failed, latency],
  windows: {},
  present: [],
  where: '',
  watermarkMs: Date.UTC(2026, 2, 10, 12),
  ...own,
});

export const requestDay = rollup('request_day', {});
export const requestQuarter = rollup('request_15m', { grain: 900 });
export const callerDay = rollup('caller_day', {
  keys: [
    { column: 'user', from: 'user', wide: true, capped: false },
    { column: 'service', from: 'service', wide: false, capped: false },
  ],
  measures: [n],
});
export const activeDay = rollup('active_day', {
  kind: 'finished',
  keys: [],
  measures: [],
  windows: { dau: 1, mau: 30 },
});
export const mrrDay = rollup('mrr_day', {
  keys: [{ column: 'plan', from: 'plan', wide: false, capped: false }],
  measures: [mrr],
});

export const requests: SourceSpec = {
  role: 'requests',
  table: 'shop.requests',
  sourceClass: 'append',
  daysOnly: false,
  time: '`at`',
  timeColumn: '`at`',
  columns: { service: 'toString(`svc`)', user: '`user_id`', plan: '`plan`', id: '`id`', time: '`at`' },
  notNull: {},
  deleted: '0',
  only: '',
  keepsDays: null,
  collapses: true,
  id: '`id`',
  newest: '`v`',
  stamp: '`ingested`',
  ledger: undefined,
  late: undefined,
};

/** A catalogue of these rollups over {@link requests}. */
export const catalogue = (
  rollups: readonly RollupSpec[] = [requestDay, requestQuarter, callerDay, activeDay, mrrDay],
  source: Partial<SourceSpec> = {},
): PlannerCatalogue => ({
  timezone: 'UTC',
  weekStart: 'monday',
  metrics,
  rollups,
  sources: [{ ...requests, ...source }],
});

/** `requests` per day in UTC over the first ten days of March 2026, changed as given. */
export const question = (own: Partial<Question> = {}): Question => ({
  metric: 'requests',
  fromMs: Date.UTC(2026, 2, 1),
  toMs: Date.UTC(2026, 2, 11),
  interval: { count: 1, unit: 'day' },
  timezone: 'UTC',
  ...own,
});

/** The clock of those tests: noon of the last day. */
export const nowMs = Date.UTC(2026, 2, 10, 12);
