import { filledSections } from '../../config/sections';
import { elementaryTableNames } from '../../config/collectConfig';
import type { Config, RoleConfig } from '../../config/config';
import { watchedSources } from '../../config/watched';
import type { RoleName } from '../../core/model';
import { fail } from '../errors';
import type { Installation, Source } from '../installation';
import { noSteps, stepNeeds } from '../steps';
import { installedRollups } from '../rollups/installed';

/** A source table with those of its columns that tidemark.yaml maps; names as they are, not quoted. */
export interface MappedTable {
  /** `database.table`. */
  readonly table: string;
  readonly columns: readonly string[];
}

/** A table that holds the tenant of each row. */
export interface TenantTable {
  /** `database.table`. */
  readonly table: string;
  readonly column: string;
  /** Columns that a tenant may read; absent: all. */
  readonly columns?: readonly string[];
}

/** Everything that the access statements depend on. */
export interface AccessPlan {
  /** Database of everything that Tidemark makes. */
  readonly database: string;
  /** Cluster on whose servers each statement runs; absent: one server. */
  readonly cluster?: string;
  /** User of `tidemark migrate`. */
  readonly adminUser: string;
  /** Period of the refreshes in seconds: no answer is worth keeping longer. */
  readonly everySeconds: number;
  readonly sources: readonly MappedTable[];
  /** Copies, heartbeats and truth tests of pipelines, which the collector reads; without columns: all of them. */
  readonly copies: readonly MappedTable[];
  /** Only with a tenant column: rollups first, then sources. */
  readonly tenants?: readonly TenantTable[];
}

/** What the command line adds to tidemark.yaml. */
export interface AccessOptions {
  readonly cluster?: string;
  /** Logical column, dimension, or source column that tells whose a row is. */
  readonly tenantColumn?: string;
}

/**
 * Reads from tidemark.yaml alone what the access statements need; asks no ClickHouse.
 * @throws TidemarkError usage_tenant_column where no mapped table has the tenant column.
 */
export function accessPlan(config: Config, { cluster, tenantColumn }: AccessOptions = {}): AccessPlan {
  const { database, user } = config.connection;
  const sources = mappedTables(config);
  return {
    database,
    ...(cluster !== undefined && { cluster }),
    adminUser: user === 'default' ? 'tidemark' : user,
    everySeconds: config.refresh.everySeconds,
    sources,
    copies: copiesOf(config),
    ...(tenantColumn !== undefined && { tenants: tenantTables(config, sources, tenantColumn) }),
  };
}

const mapped = (config: Config) => Object.entries(config.roles) as [RoleName, RoleConfig][];

/** A table may play several roles. */
function mappedTables(config: Config): readonly MappedTable[] {
  const columns = new Map<string, Set<string>>();
  for (const [, role] of mapped(config)) {
    const own = columns.get(role.table) ?? new Set<string>();
    Object.values(role.columns).forEach((column) => own.add(column));
    // Whether `geo.city` is a path into geo or a column of that name, only ClickHouse knows; a right to neither of the
    // two that does not exist does nothing.
    role.dimensions.forEach(({ column, from }) => own.add(column).add(from));
    columns.set(role.table, own);
  }
  return [...columns].map(([table, own]) => ({ table, columns: [...own] }));
}

/** The key of a copy is that of Postgres where tidemark.yaml does not name it: then nobody knows it here. */
const copiesOf = ({ pipelines, collect }: Config): readonly MappedTable[] => [
  ...pipelines.flatMap(({ tables, heartbeat, checks }) => [
    ...(heartbeat ? [{ table: heartbeat.target, columns: [heartbeat.column] }] : []),
    ...tables.map(({ target, key, updatedAt, deleted }) => ({
      table: target,
      columns: key === undefined ? [] : [key, updatedAt, deleted].filter((column) => column !== undefined),
    })),
    ...checks.map((table) => ({ table, columns: [] })),
  ]),
  ...(collect?.dbt ?? []).flatMap(({ elementary }) =>
    elementary === undefined
      ? []
      : elementaryTableNames.map((name) => ({ table: `${elementary}.${name}`, columns: [] })),
  ),
];

function tenantTables(config: Config, sources: readonly MappedTable[], name: string): readonly TenantTable[] {
  const logical = new Set<string>();
  const found: TenantTable[] = [];
  for (const [, role] of mapped(config)) {
    const plain = role.dimensions.filter(({ path }) => path.length === 0).map((d) => [d.name, d.column] as const);
    for (const [own, column] of [...Object.entries(role.columns), ...plain]) {
      if (own !== name && column !== name) continue;
      logical.add(own);
      if (found.some(({ table }) => table === role.table)) continue;
      const readable = sources.find(({ table }) => table === role.table)?.columns ?? [];
      found.push({ table: role.table, column, columns: readable });
    }
  }
  if (found.length === 0)
    throw fail('usage_tenant_column', { given: name, file: config.file, accepted: keysOf(config) });
  const rollups = installedRollups(outline(config)).flatMap(({ rollup }): TenantTable[] => {
    const key = rollup.keys.find(({ from }) => logical.has(from));
    return key ? [{ table: `${config.connection.database}.${rollup.name}`, column: key.column }] : [];
  });
  return [...rollups, ...found];
}

const keysOf = (config: Config): readonly string[] => [
  ...new Set(
    mapped(config).flatMap(([, role]) => [
      ...role.dimensions.filter(({ path }) => path.length === 0).map((d) => d.name),
      ...Object.keys(role.columns),
    ]),
  ),
];

/** The installation as far as tidemark.yaml tells it: enough to name its tables and their keys. */
function outline(config: Config): Installation {
  const sources = mapped(config).map(([role, mapping]): [RoleName, Source] => [
    role,
    {
      role,
      table: mapping.table,
      sourceClass: mapping.sourceClass,
      windowDays: mapping.windowDays ?? 0,
      collapses: false,
      columns: mapping.columns,
      types: {},
      nullable: [],
      dimensions: mapping.dimensions.map((d) => d.name),
      tops: mapping.tops,
      keepsDays: mapping.keepsDays ?? null,
      mode: mapping.mode,
      ...(role === 'events' ? stepNeeds(config) : noSteps),
      features: mapping.features,
      apdexMs: mapping.apdexMs,
      capped: [],
      only: '',
    },
  ]);
  return {
    database: config.connection.database,
    ...config.reporting,
    ...config.refresh,
    tiers: config.tiers,
    sources: Object.fromEntries(sources),
    funnels: config.funnels,
    retentions: config.retentions,
    alerts: config.alerts,
    sections: filledSections(config),
    watched: watchedSources(config),
    pipelines: config.pipelines,
    systemTables: [],
  };
}
