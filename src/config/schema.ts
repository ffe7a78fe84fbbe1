import { z } from 'zod';

import { sourceClasses, weekStarts } from '../core/model';
import type { RoleName } from '../core/model';
import { constantColumns, roles } from '../packs/roles';

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
  })
  .describe('How to reach ClickHouse.');

const reporting = z
  .strictObject({
    timezone: text('IANA time zone in which days begin, such as Europe/Berlin.').default('UTC'),
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
  })
  .describe('How the rollups follow their sources.');

const column = (description: string) => z.string().min(1).describe(description);

function role(name: RoleName) {
  const { columns, description } = roles[name];
  const mayBeConstant = constantColumns[name];
  const mapped = columns.map(({ name: logical, required, description: meaning }) => {
    const schema = column(meaning);
    return [logical, required && !mayBeConstant.includes(logical) ? schema : schema.optional()] as const;
  });
  const constants = mayBeConstant.map(
    (logical) => [logical, z.string().min(1).optional().describe(`Value of ${logical} in every row.`)] as const,
  );
  return z
    .strictObject({
      table: z.string().describe('Source table as database.table.'),
      class: z
        .enum(sourceClasses)
        .describe(
          'How rows may change: append (only redelivered), fixed (measures change), moving (anything changes: CDC), window (unknown).',
        ),
      windowDays: z
        .int()
        .min(1)
        .max(3650)
        .optional()
        .describe('Class window only: days back that each refresh recomputes.'),
      columns: z.strictObject(Object.fromEntries(mapped)).describe('Logical column: column of the table.'),
      ...(constants.length > 0 && {
        constants: z
          .strictObject(Object.fromEntries(constants))
          .optional()
          .describe('Logical columns that have one value in all rows.'),
      }),
    })
    .optional()
    .describe(description);
}

/** tidemark.yaml as written, before environment references, defaults and checks across fields. */
export const configSchema = z.strictObject({
  version: z.literal(1).describe('Version of this file format.'),
  connection,
  reporting: reporting.prefault({}),
  refresh: refresh.prefault({}),
  roles: z
    .strictObject({ events: role('events'), orders: role('orders') })
    .prefault({})
    .describe('Which of your tables play which part. Every role is optional.'),
});

/** JSON Schema of tidemark.yaml for editors, as committed in docs/tidemark.schema.json. */
export function configJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7' });
  return { ...schema, title: 'tidemark.yaml' };
}
