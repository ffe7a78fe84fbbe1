import { filledSections } from '../config/sections';
import type { Config, RoleConfig } from '../config/config';
import { watchedSources } from '../config/watched';
import type { Db } from '../core/db';
import type { RoleName } from '../core/model';
import { ident, literal } from '../core/sql/quote';
import { fail } from './errors';
import { resolveDimension } from './inspect/dimension';
import { refundsOf } from './inspect/refunds';
import { checkKey } from './inspect/sortingKey';
import type { TableFacts } from './inspect/table';
import { readTable } from './inspect/table';
import { keepsDaysOf } from './inspect/ttl';
import { bareType, mayBeNull, wanted } from './inspect/types';
import type { Installation, Source } from './installation';
import { noSteps, stepNeeds } from './steps';
import { readCapped, withCapped } from './inspect/capped';

export { bareType } from './inspect/types';

/**
 * Looks at the mapped source tables and resolves what the statements need to know of them. Changes nothing.
 * @throws TidemarkError source_missing, column_missing, column_type, dimension_column, dimension_path, keeps_too_long,
 * ttl_unclear, newest_unknown, insert_needs_table, insert_on_cluster, key_lets_rows_double: each names the key of tidemark.yaml.
 */
export async function inspect(config: Config, db: Db): Promise<Installation> {
  const sources: Partial<Record<RoleName, Source>> = {};
  for (const [role, mapping] of Object.entries(config.roles) as [RoleName, RoleConfig | undefined][]) {
    if (!mapping) continue;
    const facts = await readTable(db, mapping.table);
    if (!facts) throw fail('source_missing', { role, table: mapping.table });
    if (mapping.mode === 'insert' && config.connection.cluster !== undefined)
      throw fail('insert_on_cluster', { role, cluster: config.connection.cluster });
    sources[role] = sourceOf(role, config, mapping, facts);
  }
  const { off, thresholds, subjects, holidays, runbooks } = config.alerts;
  const refunds = sources.orders && !sources.refunds ? refundsOf(sources.orders) : undefined;
  const installation: Installation = {
    database: config.connection.database,
    ...(config.connection.cluster !== undefined && { cluster: config.connection.cluster }),
    ...config.reporting,
    ...config.refresh,
    tiers: config.tiers,
    sources: { ...sources, ...(refunds && { refunds }) },
    funnels: config.funnels,
    retentions: config.retentions,
    alerts: { off, thresholds, subjects, holidays, runbooks },
    sections: filledSections(config),
    watched: watchedSources(config),
    pipelines: config.pipelines,
    systemTables: await readSystemTables(db),
  };
  return withCapped(installation, await readCapped(installation, db));
}

async function readSystemTables(db: Db): Promise<readonly string[]> {
  const rows = await db.query<{ name: string }>(
    "SELECT name FROM system.tables WHERE database = 'system' ORDER BY name",
  );
  return rows.map(({ name }) => name);
}

type Resolved = Pick<Source, 'columns' | 'types' | 'nullable'> & {
  /** Columns of the table that are read. */
  readonly read: readonly string[];
};

function sourceOf(role: RoleName, config: Config, mapping: RoleConfig, facts: TableFacts): Source {
  const { table, sourceClass, mode } = mapping;
  const { read, ...resolved } = resolveColumns(role, mapping, facts);
  if (mode === 'insert' && !facts.engine.endsWith('MergeTree')) {
    throw fail('insert_needs_table', { role, table, engine: facts.engine });
  }
  const collapses = facts.engine.endsWith('ReplacingMergeTree');
  if (collapses) checkKey(role, mapping, read, facts.sortingKey);
  const { id, version, ingestedAt } = mapping.columns;
  if (!collapses && id !== undefined && version === undefined && ingestedAt === undefined)
    throw fail('newest_unknown', { role, table, engine: facts.engine, id });
  return {
    role,
    table,
    sourceClass,
    windowDays: mapping.windowDays ?? 0,
    collapses,
    ...resolved,
    dimensions: mapping.dimensions.map(({ name }) => name),
    tops: mapping.tops,
    capped: [],
    keepsDays: keepsDaysOf({
      role,
      table,
      time: mapping.columns['time'] ?? '',
      engineFull: facts.engineFull,
      keepsDays: mapping.keepsDays,
    }),
    mode,
    ...(role === 'events' ? stepNeeds(config) : noSteps),
    features: mapping.features,
    apdexMs: mapping.apdexMs,
    only: '',
  };
}

function resolveColumns(role: RoleName, mapping: RoleConfig, facts: TableFacts): Resolved {
  const { table } = mapping;
  const columns: Record<string, string> = {};
  const types: Record<string, string> = {};
  const nullable: string[] = [];
  const read: string[] = [];
  for (const [logical, column] of Object.entries(mapping.columns)) {
    const found = facts.columns.find((c) => c.name === column);
    if (!found) {
      throw fail('column_missing', { role, logical, column, table, has: facts.columns.map((c) => c.name) });
    }
    const type = bareType(found.type);
    const rule = wanted[logical];
    if (rule && !rule.fits.test(type)) {
      throw fail('column_type', { role, logical, column, table, type: found.type, wanted: rule.text });
    }
    columns[logical] = ident(column);
    types[logical] = type;
    if (mayBeNull(found.type)) nullable.push(logical);
    read.push(column);
  }
  for (const [logical, value] of Object.entries(mapping.constants)) {
    columns[logical] = literal(value);
    types[logical] = 'String';
  }
  for (const dimension of mapping.dimensions) {
    const resolved = resolveDimension(role, table, dimension, facts.columns);
    columns[dimension.name] = resolved.sql;
    types[dimension.name] = resolved.type;
    read.push(resolved.column);
  }
  return { columns, types, nullable, read };
}
