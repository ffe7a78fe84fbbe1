import { z } from 'zod';

import { weekStarts } from '../core/model';
import { alerts } from './alertsSchema';
import { collect } from './collectSchema';
import { pipelines } from './pipelinesSchema';
import { role } from './roleSchema';
import { funnels, retentions } from './savedSchema';

const text = (description: string) => z.string().min(1).describe(description);
const seconds = (least: number, preset: number, description: string) =>
  z.int().min(least).max(86_400).default(preset).describe(description);

const connection = z
  .strictObject({
    url: text('ClickHouse HTTP interface: http://host:8123 or https://host:8443. May hold ${VARIABLE:-default}.'),
    user: text('ClickHouse user. It makes tables and views, so it is not the read-only user of Grafana.').default(
      'default',
    ),
    password: z
      .string()
      .default('')
      .describe('Password of the user. Write ${TIDEMARK_PASSWORD} and set that environment variable.'),
    database: text('Database for everything that Tidemark makes.').default('tidemark'),
    cluster: text(
      'Cluster (of system.clusters) on whose servers everything is made, with replicated tables. Leave it out for one server.',
    ).optional(),
  })
  .describe('How to reach ClickHouse.');

const reporting = z
  .strictObject({
    timezone: text('IANA time zone in which days begin, such as Europe/Berlin.').default('UTC'),
    zones: z
      .array(z.string().min(1))
      .default([])
      .describe('Further IANA time zones whose days are kept too; each costs as much as the first.'),
    weekStart: z.enum(weekStarts).default('monday').describe('First day of a week.'),
  })
  .describe('The calendar in which numbers are reported.');

const refresh = z
  .strictObject({
    everySeconds: seconds(1, 5, 'Seconds between refreshes of the rollups.'),
    delaySeconds: seconds(
      0,
      3,
      'Rows younger than this many seconds wait for the next refresh: an ordinary insert takes less.',
    ),
    overlapSeconds: seconds(
      0,
      10,
      'Seconds before the watermark that each refresh reads again: the longest insert takes less.',
    ),
    freshDays: z
      .int()
      .min(1)
      .max(3650)
      .default(2)
      .describe('Days before today that each refresh keeps current at once; older touched days are queued.'),
    lateDaysPerRun: z.int().min(1).max(366).default(4).describe('Queued days that are recounted per minute.'),
    memoryMb: z.int().min(100).max(1_000_000).default(2000).describe('Memory in MB that one refresh may take.'),
  })
  .describe('How the rollups follow their sources.');

/** Lives of the finer tiers where none are written, in days. */
export const defaultTiers = { minuteDays: 7, quarterDays: 366 } as const;

const tiers = z
  .strictObject({
    minuteDays: z
      .int()
      .min(5)
      .max(90)
      .default(defaultTiers.minuteDays)
      .describe('Days that numbers per minute are kept.'),
    quarterDays: z
      .int()
      .min(3)
      .max(3660)
      .default(defaultTiers.quarterDays)
      .describe('Days that numbers per 15 minutes are kept; more than minuteDays.'),
  })
  .describe('How long the finer numbers are kept. Numbers per day are kept for ever.');

/** tidemark.yaml as written, before environment references, defaults and checks across fields. */
export const configSchema = z.strictObject({
  version: z.literal(1).describe('Version of this file format.'),
  connection,
  reporting: reporting.prefault({}),
  refresh: refresh.prefault({}),
  tiers: tiers.prefault({}),
  roles: z
    .strictObject({
      events: role('events'),
      requests: role('requests'),
      orders: role('orders'),
      refunds: role('refunds'),
      subscriptions: role('subscriptions'),
    })
    .prefault({})
    .describe('Which of your tables play which part. Every role is optional.'),
  funnels,
  retentions,
  alerts: alerts.prefault({}),
  pipelines,
  collect,
});

/** JSON Schema of tidemark.yaml for editors, as committed in docs/tidemark.schema.json. */
export function configJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7' });
  return { ...schema, title: 'tidemark.yaml' };
}
