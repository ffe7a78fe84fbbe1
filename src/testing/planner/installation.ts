import { defaultAlerts } from '../../config/config';
import type { RoleName } from '../../core/model';
import type { Installation, Source } from '../../schema/installation';

/** A source with the defaults of tidemark.yaml, of class *append*. */
export const testSource = (own: Pick<Source, 'role' | 'table' | 'columns' | 'types'> & Partial<Source>): Source => ({
  sourceClass: 'append',
  windowDays: 0,
  collapses: true,
  nullable: [],
  dimensions: [],
  tops: {},
  capped: [],
  keepsDays: null,
  mode: 'recompute',
  steps: [],
  allSteps: false,
  stepDimensions: [],
  features: [],
  apdexMs: 500,
  only: '',
  ...own,
});

const arrival = { id: '`id`', time: '`at`', ingestedAt: '`seen`', version: '`v`' };

/** A source of every role. */
export const testSources: Readonly<Record<RoleName, Source>> = {
  events: testSource({
    role: 'events',
    table: 'shop.events',
    columns: { ...arrival, event: '`name`', user: '`who`', country: "`props`['country']" },
    types: { time: 'DateTime', event: 'String', user: 'UUID', country: 'String' },
    nullable: ['time', 'event', 'user'],
    dimensions: ['country'],
  }),
  requests: testSource({
    role: 'requests',
    table: 'shop.requests',
    columns: { ...arrival, service: "'api'", durationMs: '`ms`', status: '`status`' },
    types: { time: 'DateTime64(3)' },
    keepsDays: 400,
  }),
  orders: testSource({
    role: 'orders',
    table: 'shop.orders',
    sourceClass: 'moving',
    columns: { ...arrival, user: '`who`', amount: '`amount`', refundAmount: '`back`', currency: "'EUR'" },
    types: { time: 'DateTime', user: 'UUID' },
  }),
  refunds: testSource({
    role: 'refunds',
    table: 'shop.orders',
    sourceClass: 'moving',
    columns: { ...arrival, amount: '`back`', currency: "'EUR'" },
    types: { time: 'DateTime' },
    only: 'ifNull(`back`, 0) > 0',
  }),
  subscriptions: testSource({
    role: 'subscriptions',
    table: 'shop.changes',
    columns: { ...arrival, subscription: '`sub`', user: '`who`', mrr: '`mrr`', currency: '`cur`' },
    types: { time: 'DateTime', subscription: 'UInt64', user: 'UInt64' },
  }),
};

/** An installation of these sources, in Berlin, with Kathmandu's days. */
export const testInstallation = (sources: Installation['sources'], own: Partial<Installation> = {}): Installation => ({
  database: 'tidemark',
  timezone: 'Europe/Berlin',
  zones: ['Asia/Kathmandu'],
  weekStart: 'sunday',
  everySeconds: 5,
  delaySeconds: 3,
  overlapSeconds: 10,
  freshDays: 2,
  lateDaysPerRun: 2,
  memoryMb: 2000,
  tiers: { minuteDays: 7, quarterDays: 366 },
  funnels: [],
  retentions: [],
  alerts: defaultAlerts,
  sections: [],
  watched: [],
  pipelines: [],
  systemTables: [],
  sources,
  ...own,
});
