import type { Config } from './config';

/**
 * Parts of tidemark.yaml beside the roles without which some panels and rules have nothing to read. Of section collect: `collect`
 * that there is one, `postgres`, `kafka` (Kafka or Kafka Connect), `dbt` and `queries` (ClickHouse's query
 * log) that it looks there. Of section pipelines, where something looks: `slots` a pipeline whose Postgres is known, `heartbeat`,
 * `tables`, `checks` and `connect` one that has these.
 */
export const sections = [
  'features',
  'funnels',
  'collect',
  'postgres',
  'kafka',
  'dbt',
  'queries',
  'slots',
  'heartbeat',
  'tables',
  'checks',
  'connect',
] as const;
export type Section = (typeof sections)[number];

const filled: Readonly<Record<Section, (config: Config) => boolean>> = {
  features: ({ roles }) => (roles.events?.features.length ?? 0) > 0,
  funnels: ({ funnels }) => funnels.length > 0,
  collect: ({ collect }) => collect !== undefined,
  postgres: ({ collect }) => (collect?.postgres.length ?? 0) > 0,
  kafka: ({ collect }) => (collect?.kafka.length ?? 0) + (collect?.connect.length ?? 0) > 0,
  dbt: ({ collect }) => (collect?.dbt.length ?? 0) > 0,
  queries: ({ collect }) => collect?.clickhouse.queries === true,
  slots: ({ pipelines }) => pipelines.some(({ postgres }) => postgres !== undefined),
  heartbeat: ({ pipelines }) => pipelines.some(({ heartbeat }) => heartbeat !== undefined),
  tables: ({ pipelines }) => pipelines.some(({ tables }) => tables.length > 0),
  checks: ({ pipelines }) => pipelines.some(({ checks }) => checks.length > 0),
  connect: ({ collect }) => (collect?.connect.length ?? 0) > 0,
};

/** Those that a configuration fills, in the order of {@link sections}. */
export const filledSections = (config: Config): readonly Section[] => sections.filter((name) => filled[name](config));
