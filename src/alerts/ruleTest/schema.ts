import { z } from 'zod';

import { healths, stateNames } from '../state';
import { offsetMs } from './offset';

const text = (description: string) => z.string().min(1).describe(description);
const offset = (description: string) =>
  z
    .string()
    .refine((written) => offsetMs(written) !== undefined, 'a distance from the start: 5m, -3m, 2h, 1d')
    .describe(description);
const length = (description: string) =>
  z
    .string()
    .refine((written) => (offsetMs(written) ?? 0) > 0, 'a length of time: 30s, 1m, 1h, 1d')
    .describe(description);
const limit = z.union([z.number(), z.string().min(1)]);
const cell: z.ZodType<unknown> = z.unknown();

const thresholds = z
  .object({
    subjects: z.record(z.string(), z.record(z.string(), limit)).optional().describe('Subject: its own limits.'),
  })
  .catchall(limit)
  .describe('Limits in force, other than the rule’s own.');

const input = z
  .strictObject({
    at: offset('From when on it is there. Default: before the first evaluation.').optional(),
    table: text('Table of Tidemark’s database, or system.NAME: rows are added.').optional(),
    replace: text('The same, emptied first.').optional(),
    rows: z.array(z.record(z.string(), cell)).optional().describe('Rows by column.'),
    select: text('SELECT instead of rows; {start} is the start, {db} the database.').optional(),
    complete: offset('Up to where everything is complete from then on.').optional(),
    rollups: z.array(z.string().min(1)).min(1).optional().describe('Only these, for complete.'),
    restart: z.literal(true).optional().describe('The evaluator is restarted.'),
    away: length('How long ClickHouse does not answer.').optional(),
  })
  .describe('Something that happens.');

const alert = z.strictObject({
  subject: z.string().describe('As the rule writes it; empty for the rule itself.'),
  state: z.enum(stateNames).describe('State.'),
  held: z.boolean().optional().describe('Whether the last answer held it.'),
  value: z.number().optional().describe('Value, to nine figures.'),
  threshold: z.number().optional().describe('Threshold, to nine figures.'),
  message: z.string().optional().describe('The sentence that is sent.'),
  detail: z.string().optional().describe('The whole story, as the rule writes it.'),
});

const expectation = z
  .strictObject({
    at: offset('When: what the last evaluation up to then said.'),
    state: z.enum(stateNames).optional().describe('State of all subjects that are not listed. Default: Normal.'),
    health: z.enum(healths).optional().describe('How the evaluation went.'),
    alerts: z.array(alert).optional().describe('Subjects.'),
  })
  .describe('What is expected at a moment.');

const test = z.strictObject({
  name: text('What is shown, in the present tense.'),
  rule: text('Name of the rule.'),
  start: z.iso
    .datetime({ offset: true, error: 'a moment with its zone, such as 2026-03-02T12:00:00Z' })
    .describe('Moment of the first evaluation.'),
  interval: length('Between evaluations, for this case.').optional(),
  thresholds: thresholds.optional(),
  holidays: z
    .array(z.iso.date({ error: 'a day such as 2026-12-25' }))
    .default([])
    .describe('Days off.'),
  subjects: z.array(z.string().min(1)).default([]).describe('Expected subjects.'),
  input: z.array(input).default([]).describe('What happens.'),
  expect: z.array(expectation).min(1).describe('What is expected.'),
});

/** A file of rule tests, as written. */
export const ruleTestSchema = z.strictObject({
  timezone: text('Reporting zone.').default('UTC'),
  interval: length('Between evaluations.').default('1m'),
  tests: z.array(test).min(1).describe('Cases.'),
});

export type WrittenTest = z.output<typeof test>;
export type WrittenInput = z.output<typeof input>;
export type WrittenFile = z.output<typeof ruleTestSchema>;

let json: unknown;
/** The same as a JSON Schema, from which messages take the accepted keys. */
export function ruleTestJsonSchema(): unknown {
  json ??= z.toJSONSchema(ruleTestSchema, { io: 'input', unrepresentable: 'any' });
  return json;
}
