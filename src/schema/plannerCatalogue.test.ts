import { planQuestion } from '../core/metrics';
import type { Installation, Source } from './installation';
import { plannerCatalogue, watermarksOf } from './plannerCatalogue';

const events: Source = {
  role: 'events',
  table: 'shop.events',
  sourceClass: 'append',
  windowDays: 0,
  collapses: true,
  columns: { id: '`id`', time: '`at`', event: '`name`', user: '`who`', ingestedAt: '`seen`', version: '`v`' },
  types: {
    id: 'UInt64',
    time: 'DateTime',
    event: 'String',
    user: 'UUID',
    ingestedAt: 'DateTime64(3)',
    version: 'UInt64',
  },
  nullable: ['time', 'event', 'user'],
};
const installation: Installation = {
  database: 'tidemark',
  timezone: 'Europe/Berlin',
  weekStart: 'sunday',
  everySeconds: 5,
  delaySeconds: 3,
  overlapSeconds: 10,
  sources: { events },
};
const watermarks = watermarksOf([
  { rollup: 'event_day', hi: '2026-03-10 12:00:00.000' },
  { rollup: 'user_day', hi: '2026-03-10 12:00:00.000' },
  { rollup: 'active_day', hi: null },
]);
const catalogue = plannerCatalogue(installation, watermarks);

test('only packs whose role is mapped are in it, with the watermarks of their rollups', () => {
  expect(catalogue.rollups.map((r) => [r.name, r.kind, r.timezone, r.watermarkMs])).toEqual([
    ['user_day', 'places', 'Europe/Berlin', Date.UTC(2026, 2, 10, 12)],
    ['event_day', 'places', 'Europe/Berlin', Date.UTC(2026, 2, 10, 12)],
    ['active_day', 'finished', 'Europe/Berlin', null],
  ]);
  expect(catalogue.metrics.map((m) => m.role)).toEqual(catalogue.metrics.map(() => 'events'));
  expect(catalogue.metrics.find((m) => m.name === 'stickiness')).toMatchObject({
    entity: 'user',
    windows: { dau: 1, mau: 30 },
    measures: [],
  });
  expect(catalogue.metrics.find((m) => m.name === 'events')?.measures).toEqual([
    { column: 'n', type: 'UInt64', row: '1' },
  ]);
});

test('NULL is ruled as in the refreshes: a rollup that leaves out other rows than the metric is not taken', () => {
  const asked = { metric: 'events', interval: 'all', fromMs: 0, toMs: 1e12, timezone: 'Europe/Berlin' } as const;
  const withoutEventDay = { ...catalogue, rollups: catalogue.rollups.filter((r) => r.name === 'user_day') };
  const plan = planQuestion(asked, withoutEventDay, 2e12);
  expect(plan.chosen).toBe('raw');
  expect(plan.reasons.map((r) => [r.rollup, r.code])).toEqual([['user_day', 'rows_differ']]);
  expect(plan.sql).toContain('AND NOT 0 AND isNotNull(`at`)');
  const users = planQuestion({ ...asked, metric: 'active_users', by: ['event'] }, withoutEventDay, 2e12);
  expect(users.sql).toContain("toString(ifNull(`name`, '')) AS tm_0, CAST(assumeNotNull(`who`) AS UUID) AS tm_1");
  expect(users.sql).toContain('AND NOT 0 AND isNotNull(`at`) AND isNotNull(`who`)');
});

test('of two rollups with the answer the one without users is taken', () => {
  const all = plannerCatalogue({ ...installation, sources: { events: { ...events, nullable: [] } } }, watermarks);
  const plan = planQuestion({ metric: 'events', interval: 'all', fromMs: 0, toMs: 1e12, timezone: 'UTC' }, all, 2e12);
  expect(plan.chosen).toBe('event_day');
  expect(plan.reasons.map((r) => [r.rollup, r.code])).toEqual([
    ['active_day', 'finished_numbers'],
    ['user_day', 'wider'],
  ]);
});

test('it is plain data: written as JSON and read again it plans the same', () => {
  const again = JSON.parse(JSON.stringify(catalogue)) as typeof catalogue;
  const asked = { metric: 'events', interval: 'all', fromMs: 0, toMs: 1e12, timezone: 'UTC' } as const;
  expect(planQuestion(asked, again, 2e12)).toEqual(planQuestion(asked, catalogue, 2e12));
});
