import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';

import { configJsonSchema } from '../../src/config/schema';
import type { SourceName } from './data/tables';

/** Events that count as features; dashboards open with the first. */
export const features = ['share', 'filter', 'video_play', 'review', 'wishlist_add'] as const;

/** Role → what its sections of tidemark.yaml say for a generated source. */
const roleConfigs = {
  events: {
    table: 'bench.events',
    class: 'append',
    steps: ['signup', 'purchase'],
    features,
    dimensions: { country: 'country', platform: 'platform' },
    columns: {
      id: 'event_id',
      time: 'occurred_at',
      event: 'event_name',
      user: 'user_id',
      ingestedAt: 'ingested_at',
      version: '_version',
      deleted: '_deleted',
    },
  },
  requests: {
    table: 'bench.requests',
    class: 'append',
    apdexMs: 100,
    columns: {
      id: 'request_id',
      time: 'started_at',
      service: 'service',
      endpoint: 'endpoint',
      release: 'release',
      durationMs: 'duration_ms',
      status: 'status',
      user: 'user_id',
      ingestedAt: 'ingested_at',
      version: '_version',
      deleted: '_deleted',
    },
  },
  orders: {
    table: 'bench.orders',
    class: 'moving',
    columns: {
      id: 'order_id',
      time: 'ordered_at',
      user: 'user_id',
      amount: 'amount',
      currency: 'currency',
      refundAmount: 'refunded_amount',
      refundTime: 'refunded_at',
      ingestedAt: 'ingested_at',
      version: '_version',
      deleted: '_deleted',
    },
  },
  subscriptions: {
    table: 'bench.subscriptions',
    class: 'append',
    columns: {
      id: 'change_id',
      time: 'changed_at',
      subscription: 'subscription_id',
      user: 'user_id',
      mrr: 'mrr',
      currency: 'currency',
      plan: 'plan',
      ingestedAt: 'ingested_at',
      version: '_version',
      deleted: '_deleted',
    },
  },
} as const;

/** What is saved over the events: a funnel and retentions of the usual kinds. */
const saved = {
  funnels: {
    view_to_purchase: {
      title: 'From a product to a purchase',
      steps: ['product_view', 'add_to_cart', 'checkout_start', 'purchase'].map((event) => ({ event })),
      window: '7d',
      breakdown: 'country',
    },
  },
  retentions: {
    back_weekly: { title: 'Back after the first week', mode: 'first-time', interval: 'week', periods: 12 },
    daily: { title: 'Coming again', mode: 'recurring', interval: 'day', periods: 30 },
  },
} as const;

export type BenchRole = keyof typeof roleConfigs;

/** Roles in the order in which their sources are generated; each has a source of its own name. */
export const benchRoles = Object.keys(roleConfigs) as BenchRole[];

/** Sources of the roles that this Tidemark knows: a checkout from before a role is measured with what it has. */
export function knownSources(): SourceName[] {
  const known = at(configJsonSchema(), 'roles');
  return benchRoles.filter((role) => at(known, role) !== undefined);
}

/** `refresh.everySeconds` where nothing else is asked for. */
export const ordinaryEvery = 5;

export interface ConfigOptions {
  readonly url: string;
  readonly folder: string;
  /** Database of the rollups. */
  readonly database?: string;
  readonly roles: readonly BenchRole[];
  /** Class *moving* events, from `bench.events_moving`. */
  readonly movingEvents?: boolean;
  readonly everySeconds?: number;
}

/** Writes `<database>.yaml` and tells its path. What this Tidemark's schema does not know is left out, with a line. */
export function writeConfig(options: ConfigOptions): string {
  const { url, folder, database = 'tidemark', roles, movingEvents = false, everySeconds = ordinaryEvery } = options;
  const chosen = Object.fromEntries(roles.map((role) => [role, { ...roleConfigs[role] } as object]));
  if (movingEvents) chosen['events'] = { ...roleConfigs.events, table: 'bench.events_moving', class: 'moving' };
  const wanted = {
    version: 1,
    connection: { url, user: 'default', password: '', database },
    reporting: { timezone: 'UTC', weekStart: 'monday' },
    refresh: { everySeconds },
    roles: chosen,
    ...(roles.includes('events') && saved),
  };
  const left: string[] = [];
  const config = known(wanted, configJsonSchema(), [], left);
  if (left.length > 0) console.log(`Not known to this Tidemark, left out of tidemark.yaml: ${left.join(', ')}.`);
  const file = join(folder, `${database}.yaml`);
  writeFileSync(file, stringify(config));
  return file;
}

type Schema = Record<string, unknown> | undefined;

const at = (schema: Schema, key: string): Schema =>
  (schema?.['properties'] as Record<string, Schema> | undefined)?.[key];

function known(value: unknown, schema: Schema, path: readonly string[], left: string[]): unknown {
  if (schema?.['properties'] === undefined || typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, inner]) => {
    const innerSchema = at(schema, key);
    if (innerSchema !== undefined) return [[key, known(inner, innerSchema, [...path, key], left)]];
    left.push([...path, key].join('.'));
    return [];
  });
  return Object.fromEntries(entries) as unknown;
}
