import { planQuestion } from '../../core/metrics';
import { testInstallation, testSources } from '../../testing/planner/installation';
import { plannerCatalogue, watermarksOf } from './plannerCatalogue';

const { events, requests, refunds, subscriptions } = testSources;
const installation = testInstallation({ events });
const hi = '2026-03-10 12:00:00.000';
const tables = ['user_day', 'event_minute', 'event_quarter', 'event_day', 'event_day__asia_kathmandu'];
const watermarks = watermarksOf([
  ...[...tables, 'late_events'].map((rollup) => ({ rollup, hi })),
  { rollup: 'active_day', hi: null },
]);
const catalogue = plannerCatalogue(installation, watermarks);
const hiMs = Date.UTC(2026, 2, 10, 12);

test('tiers and zones of the roles that are mapped are in it, with lives and watermarks', () => {
  expect(
    catalogue.rollups.map((r) => [r.name, r.kind, r.grain, r.timezone, r.lifeDays, r.watermarkMs === hiMs]),
  ).toEqual([
    ['user_day', 'places', 'day', 'Europe/Berlin', null, true],
    ['user_day__asia_kathmandu', 'places', 'day', 'Asia/Kathmandu', null, false],
    ['event_minute', 'places', 60, 'UTC', 7, true],
    ['event_quarter', 'places', 900, 'UTC', 366, true],
    ['event_day', 'places', 'day', 'Europe/Berlin', null, true],
    ['event_day__asia_kathmandu', 'places', 'day', 'Asia/Kathmandu', null, true],
    ['active_day', 'finished', 'day', 'Europe/Berlin', null, false],
    ['active_day__asia_kathmandu', 'finished', 'day', 'Asia/Kathmandu', null, false],
    ['active_week', 'finished', 'day', 'Europe/Berlin', null, false],
    ['active_week__asia_kathmandu', 'finished', 'day', 'Asia/Kathmandu', null, false],
    ['active_month', 'finished', 'day', 'Europe/Berlin', null, false],
    ['active_month__asia_kathmandu', 'finished', 'day', 'Asia/Kathmandu', null, false],
  ]);
  expect(catalogue.timezone).toBe('Europe/Berlin');
  expect(catalogue.metrics.map((m) => m.role)).toEqual(catalogue.metrics.map(() => 'events'));
  expect(catalogue.metrics.find((m) => m.name === 'stickiness')).toMatchObject({
    entity: 'user',
    windows: { dau: 1, mau: 30 },
    measures: [],
  });
  const own = catalogue.metrics.find((m) => m.name === 'events');
  expect(own?.measures).toEqual([{ column: 'n', type: 'UInt64', row: '1' }]);
  expect(own?.dimensions).toEqual(['event', 'country']);
});

test('a rollup is no further than the queue of its late days, and has no watermark before the queue has one', () => {
  const at = (late: string | null) =>
    plannerCatalogue(
      installation,
      watermarksOf([
        { rollup: 'event_day', hi },
        { rollup: 'late_events', hi: late },
      ]),
    ).rollups.find((r) => r.name === 'event_day')?.watermarkMs;
  expect([at('2026-03-10 11:59:50.000'), at('2026-03-10 12:00:10.000'), at(null)]).toEqual([hiMs - 10_000, hiMs, null]);
});

test('NULL is ruled as in the refreshes: a rollup that leaves out other rows than the metric is not taken', () => {
  const asked = { metric: 'events', interval: 'all', fromMs: 0, toMs: 1e12, timezone: 'Europe/Berlin' } as const;
  const withoutEvents = { ...catalogue, rollups: catalogue.rollups.filter((r) => r.name === 'user_day') };
  const plan = planQuestion(asked, withoutEvents, 2e12);
  expect(plan.chosen).toBe('raw');
  expect(plan.reasons.map((r) => [r.rollup, r.code])).toEqual([['user_day', 'measure_missing']]);
  expect(plan.sql).toContain('AND NOT 0 AND isNotNull(`at`)');
  const users = planQuestion({ ...asked, metric: 'active_users', by: ['event'] }, withoutEvents, 2e12);
  expect(users.sql).toContain("toString(ifNull(`name`, '')) AS tm_0, CAST(assumeNotNull(`who`) AS UUID) AS tm_1");
  expect(users.sql).toContain('AND NOT 0 AND isNotNull(`at`) AND isNotNull(`who`)');
});

test('a key of which only the most frequent values are kept apart is not taken for them, but for sums over all', () => {
  const capped = { ...installation, sources: { events: { ...events, capped: ['event'] } } };
  const all = plannerCatalogue(capped, watermarks);
  const asked = { metric: 'events', interval: 'all', fromMs: 0, toMs: 1e12, timezone: 'UTC' } as const;
  expect(planQuestion(asked, all, 2e12).chosen).toBe('event_day');
  expect(planQuestion({ ...asked, by: ['country'] }, all, 2e12).chosen).toBe('event_day');
  const byEvent = planQuestion({ ...asked, by: ['event'] }, all, 2e12);
  expect(byEvent.chosen).toBe('raw');
  expect(byEvent.reasons.find((r) => r.rollup === 'event_day')).toEqual({
    rollup: 'event_day',
    code: 'values_capped',
    message: 'event_day keeps only the most frequent values of event apart, all others are (other) there.',
  });
});

test('an optional column that is not mapped is a dimension with one value, and an old source has its kept days', () => {
  const service = plannerCatalogue({ ...installation, sources: { requests } }, new Map());
  expect(service.sources[0]).toMatchObject({ keepsDays: 400, only: '', columns: { release: "toString('')" } });
  expect(service.sources[0]?.late?.step).toBe('late_requests');
  const asked = { metric: 'latency_p95', interval: 'all', fromMs: 2e12 - 1e8, toMs: 2e12, timezone: 'UTC' } as const;
  const { sql } = planQuestion({ ...asked, by: ['release'] }, service, 2e12);
  expect(sql).toContain("toString('') AS tm_0");
  expect(sql).toContain('quantilesDDState(0.01, 0.5, 0.95, 0.99)(tm_1)');
});

test('the condition that makes rows a derived role is applied once', () => {
  const back = plannerCatalogue({ ...installation, sources: { refunds } }, new Map());
  const asked = { metric: 'refunds_by_day', interval: 'all', fromMs: 0, toMs: 1e12, timezone: 'UTC' } as const;
  const { sql } = planQuestion(asked, back, 2e12);
  expect(sql.split('ifNull(`back`, 0) > 0')).toHaveLength(2);
  expect(back.sources[0]?.notNull).toEqual({});
});

test('metrics of finished numbers take them by the day, and no rows', () => {
  const marks = new Map(['mrr_day', 'mrr_day__asia_kathmandu', 'late_subscriptions'].map((name) => [name, 2e12]));
  const money = plannerCatalogue({ ...installation, sources: { subscriptions } }, marks);
  const mrr = money.metrics.find((m) => m.name === 'mrr');
  expect(mrr).toMatchObject({ class: 'semi-additive', raw: false, wholeDays: true, dimensions: ['currency'] });
  expect(mrr?.measures).toMatchObject([{ column: 'mrr', type: 'Decimal(38, 4)', row: 'mrr_day.mrr' }]);
  const asked = { interval: { count: 1, unit: 'month' }, fromMs: 2e12 - 1e10, toMs: 2e12 } as const;
  for (const [timezone, table] of [
    ['Europe/Berlin', 'mrr_day'],
    ['Asia/Kathmandu', 'mrr_day__asia_kathmandu'],
  ] as const) {
    expect(planQuestion({ ...asked, metric: 'mrr', timezone, by: ['currency'] }, money, 2e12).chosen).toBe(table);
    expect(planQuestion({ ...asked, metric: 'mrr_churn', timezone, by: ['currency'] }, money, 2e12).chosen).toBe(table);
  }
  const newYork = { ...asked, metric: 'mrr_churn', timezone: 'America/New_York', by: ['currency'] };
  expect(() => planQuestion(newYork, money, 2e12)).toThrow(
    'mrr_day has days of Europe/Berlin, which do not begin where month buckets of America/New_York do.',
  );
});

test('a number of weeks is told per week, of whole weeks, from the table of weeks alone', () => {
  const { events } = testSources;
  const names = ['active_week', 'late_events', 'active_day'];
  const users = plannerCatalogue({ ...installation, sources: { events } }, new Map(names.map((n) => [n, 2e12])));
  const nowMs = Date.UTC(2026, 2, 11, 12);
  const asked = { metric: 'weekly_returning_users', timezone: 'Europe/Berlin', toMs: nowMs } as const;
  const fromMs = Date.UTC(2026, 1, 18);
  const plan = planQuestion({ ...asked, fromMs, interval: { count: 1, unit: 'week' } }, users, nowMs);
  // Weeks of the installation begin on Sunday.
  const midnight = (month: number, day: number) => Date.UTC(2026, month, day) - 3_600_000;
  expect(plan.parts).toEqual([{ from: 'active_week', fromMs: midnight(1, 15), toMs: midnight(2, 15) }]);
  expect(plan.sql).toContain('sum(returning_users) AS value');
  expect(() => planQuestion({ ...asked, fromMs, interval: { count: 1, unit: 'day' } }, users, nowMs)).toThrow(
    'Metric weekly_returning_users has no value per day: it tells of a week as a whole, and several of them do not add up to a longer one. Ask for: week.',
  );
  const fresh = { ...asked, metric: 'new_users', fromMs, interval: { count: 1, unit: 'month' } } as const;
  expect(planQuestion(fresh, users, nowMs).chosen).toBe('active_day');
});

test('amounts of several currencies are never added; those of a source in one currency are', () => {
  const asked = { metric: 'gross_revenue', interval: 'all', fromMs: 0, toMs: 1e12, timezone: 'UTC' } as const;
  const { orders } = testSources;
  const several = { ...orders, columns: { ...orders.columns, currency: '`cur`' } };
  const mixed = plannerCatalogue({ ...installation, sources: { orders: several } }, new Map());
  const refused = 'those of different values of currency cannot be added without a rate';
  expect(() => planQuestion(asked, mixed, 2e12)).toThrow(refused);
  expect(() =>
    planQuestion({ ...asked, where: [{ dimension: 'currency', operator: '=', values: ['EUR', 'USD'] }] }, mixed, 2e12),
  ).toThrow(refused);
  expect(() => planQuestion({ ...asked, by: ['currency'], topN: 1 }, mixed, 2e12)).toThrow('cannot be cut');
  expect(planQuestion({ ...asked, by: ['currency'] }, mixed, 2e12).sql).toContain('sum(gross)');
  const eur = [{ dimension: 'currency', operator: '=', values: ['EUR'] }] as const;
  expect(planQuestion({ ...asked, where: eur }, mixed, 2e12).sql).toContain('sum(gross)');
  const one = plannerCatalogue({ ...installation, sources: { orders } }, new Map());
  expect(planQuestion(asked, one, 2e12).sql).toContain('sum(gross)');
});

test('it is plain data: written as JSON and read again it plans the same', () => {
  const again = JSON.parse(JSON.stringify(catalogue)) as typeof catalogue;
  const asked = { metric: 'events', interval: 'all', fromMs: 0, toMs: 1e12, timezone: 'UTC' } as const;
  expect(planQuestion(asked, again, 2e12)).toEqual(planQuestion(asked, catalogue, 2e12));
});
