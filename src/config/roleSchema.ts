import { z } from 'zod';

import { sourceClasses } from '../core/model';
import type { RoleName } from '../core/model';
import { cappedColumns, constantColumns, dimensionRoles, roles } from '../packs/roles';

const column = (description: string) => z.string().min(1).describe(description);
const top = z.int().min(1).max(10_000);

const from = z
  .string()
  .min(1)
  .describe('A column, or a path into a Map, JSON, Tuple or JSON-in-String column: props.geo.city.');

const dimensions = z
  .record(
    z.string(),
    z.union([
      from,
      z.strictObject({
        from,
        top: top.optional().describe('How many of its values are kept apart; the others are (other).'),
      }),
    ]),
  )
  .optional()
  .describe('Further columns to group and filter by: name: column or path.');

/** What rows of all roles may say of themselves; the same for each. */
const shared = {
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
  mode: z
    .enum(['recompute', 'insert'])
    .default('recompute')
    .describe(
      'How rollups are kept: recompute what was touched, or insert (class append with redelivers: false only).',
    ),
  redelivers: z.boolean().default(true).describe('Whether a row may be delivered twice.'),
  keepsDays: z
    .int()
    .min(1)
    .max(36_500)
    .optional()
    .describe(
      'Days that the table keeps its rows; older days of the rollups are sealed. Its TTL says so where it has one.',
    ),
};

/** Whether the role may have dimensions, and the other keys that only some roles have. */
function special(name: RoleName) {
  const capped = cappedColumns[name];
  return {
    ...(dimensionRoles.includes(name) && {
      dimensions,
      top: z
        .record(z.string(), top)
        .optional()
        .describe(`How many values are kept apart, by column (${capped.join(', ')} or a dimension).`),
    }),
    ...(name === 'events' && {
      steps: z
        .array(z.string().min(1))
        .optional()
        .describe('Events of which each step of each user is kept, beside those of funnels, retentions and features.'),
      features: z
        .array(z.string().min(1))
        .max(50)
        .optional()
        .describe('Events that are features of the product: who adopts them, how many and how often people use them.'),
    }),
    ...(name === 'requests' && {
      apdexMs: z
        .int()
        .min(1)
        .max(3_600_000)
        .optional()
        .describe('Apdex: satisfied up to this many milliseconds, tolerating up to four times as many. Default 500.'),
    }),
  };
}

/** zod schema of one role of tidemark.yaml. */
export function role(name: RoleName) {
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
      ...shared,
      ...special(name),
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
