import { z } from 'zod';

import { roleNames } from '../core/model';

const text = (description: string) => z.string().min(1).describe(description);
const texts = (description: string) => z.array(z.string().min(1)).default([]).describe(description);

/** How rows come from Postgres to ClickHouse. */
export const pipelineKinds = ['debezium', 'materialized'] as const;

const postgres = z
  .strictObject({
    server: text('Name of a server under collect.postgres.'),
    database: text('Database whose tables are replicated.'),
    slot: text(
      'Replication slot that must be there. Where it is left out, the name that Debezium or ClickHouse gives it.',
    ).optional(),
    publication: text(
      'Publication that must be there. Where it is left out, the name that Debezium or ClickHouse gives it.',
    ).optional(),
  })
  .optional()
  .describe('Where the rows come from.');

const heartbeat = z
  .strictObject({
    target: text('The copy in ClickHouse, as database.table.'),
    table: text('The table in Postgres, as schema.table: tidemark collect --init-postgres makes it.').default(
      'public.tidemark_heartbeat',
    ),
    column: text('Column of both that has the time of the last beat.').default('beat_at'),
    everySeconds: z.int().min(1).max(3600).default(10).describe('Seconds between two beats.'),
  })
  .optional()
  .describe('A row that is written in Postgres again and again: how old its copy is in ClickHouse is the lag.');

const target = text('The copy in ClickHouse, as database.table.');

const tables = z
  .record(
    z.string(),
    z.union([
      target,
      z.strictObject({
        target,
        key: text('Column whose greatest value is compared; the primary key where it is left out.').optional(),
        updatedAt: text('Column with the time of the last change, whose greatest value is compared.').optional(),
        ignore: texts('Columns that are not copied on purpose.'),
        deleted: text(
          'Column of the copy that is 1 in deleted rows, where its engine does not know of it by itself.',
        ).optional(),
      }),
    ]),
  )
  .default({})
  .describe('Replicated tables: schema.table in Postgres: database.table in ClickHouse.');

const kafka = z
  .strictObject({
    cluster: text('Name of a cluster under collect.kafka.'),
    groups: z
      .record(z.string(), z.array(z.string().min(1)).min(1))
      .default({})
      .describe('Consumer group: the topics that it must read.'),
    lagFloor: z
      .int()
      .min(0)
      .max(1_000_000)
      .default(0)
      .describe('Messages of lag per partition that do not count: 1 where producers use transactions.'),
    deadLetters: texts('Topics for messages that could not be read: each new one is told of.'),
  })
  .optional()
  .describe('Kafka between the two.');

const connect = z
  .strictObject({
    cluster: text('Name of a Kafka Connect cluster under collect.connect.'),
    connectors: z.array(z.string().min(1)).min(1).describe('Connectors that must run.'),
  })
  .optional()
  .describe('Kafka Connect, where Debezium runs.');

const pipeline = z.strictObject({
  kind: z
    .enum(pipelineKinds)
    .describe('debezium: by Kafka Connect and Kafka. materialized: by ClickHouse’s MaterializedPostgreSQL.'),
  roles: z
    .array(z.enum(roleNames))
    .default([])
    .describe('Roles whose tables it feeds: their days are complete only up to its last beat.'),
  postgres,
  heartbeat,
  tables,
  checks: texts(
    'Views of truth tests in ClickHouse, as database.view, with the columns name, subject, bad and detail: each row should have bad = 0.',
  ),
  kafka,
  connect,
});

/** Section `pipelines` of tidemark.yaml. */
export const pipelines = z
  .record(z.string(), pipeline)
  .default({})
  .describe('How tables come from Postgres to ClickHouse, by name: what is watched, and what depends on it.');

export type WrittenPipeline = z.output<typeof pipeline>;
