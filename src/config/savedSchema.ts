import { z } from 'zod';

import { funnelOrders } from '../core/funnel/spec';
import { retentionIntervals } from '../core/retention/spec';

const text = (description: string) => z.string().min(1).describe(description);

const where = z
  .record(z.string(), z.union([z.string(), z.array(z.string()).min(1)]))
  .optional()
  .describe('Dimension: value, or a list of which one must fit.');

const event = text('Name of the event.');

const step = z.strictObject({
  event,
  where,
  title: text('What people call the step; the name of the event where it is left out.').optional(),
  optional: z.boolean().default(false).describe('Whether the step may be left out. Not the first, not the last.'),
});

const stepNumber = z.int().min(1).max(20);

const exclusion = z.strictObject({
  event,
  where,
  after: stepNumber.default(1).describe('Number of the step after which it voids the way; the first is 1.'),
  before: stepNumber
    .optional()
    .describe('Number of the step before which it voids the way; the last where it is left out.'),
});

const by = text('Who is followed: user, or a dimension of role events such as account.').default('user');
const title = text('What people call it.').optional();
const description = z.string().optional().describe('What it is for, in a sentence.');

const funnel = z.strictObject({
  title,
  description,
  steps: z.array(step).min(2).max(12).describe('Two steps at least, in order.'),
  order: z
    .enum(funnelOrders)
    .default('ordered')
    .describe('ordered: other events may come between. strict: none may. unordered: any order.'),
  window: text('Time from the first step to the last: 30m, 12h, 14d, 2w.').default('14d'),
  exclude: z.array(exclusion).default([]).describe('Events that void a way when they come between two steps.'),
  by,
  breakdown: text('Dimension by whose values the funnel is told apart.').optional(),
  attribution: z
    .union([z.enum(['first', 'last']), stepNumber])
    .default('first')
    .describe('Whose value of the breakdown counts: of the first step, the last one reached, or a step by its number.'),
});

const pick = (description: string) => z.strictObject({ event, where }).optional().describe(description);

const retention = z.strictObject({
  title,
  description,
  start: pick('What puts a user into a cohort; any event where it is left out.'),
  back: pick('What counts as coming back; any event where it is left out.'),
  mode: z
    .enum(['first-time', 'recurring'])
    .default('first-time')
    .describe('first-time: the cohort of the first start ever. recurring: every interval with a start makes a cohort.'),
  interval: z.enum(retentionIntervals).default('week').describe('Width of the cohorts and of the later intervals.'),
  windows: z
    .enum(['calendar', 'rolling'])
    .default('calendar')
    .describe('calendar: days, weeks, months of the zone. rolling: 24 hours (weeks: 7 × 24) from the start on.'),
  by,
  breakdown: text('Dimension by whose value at the start the cohorts are told apart.').optional(),
  periods: z.int().min(1).max(60).default(12).describe('Intervals after the first that are kept.'),
});

/** Section `funnels` of tidemark.yaml. */
export const funnels = z
  .record(z.string(), funnel)
  .default({})
  .describe('Funnels that are kept as rollups, by name. docs/funnels.md');

/** Section `retentions` of tidemark.yaml. */
export const retentions = z
  .record(z.string(), retention)
  .default({})
  .describe('Retention grids that are kept as rollups, by name. docs/retention.md');

export type WrittenFunnel = z.output<typeof funnel>;
export type WrittenRetention = z.output<typeof retention>;
