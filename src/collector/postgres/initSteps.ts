import type { PipelineConfig, PostgresConfig } from '../../config/collectConfig';
import type { Catalog } from './catalog';
import { heartbeatGrants } from './heartbeat';
import { replicatedTables } from './publications';
import { scramVerifier } from './scram';
import { monitorGrant } from './server';
import { pgIdent, pgTable, pgText, userOf } from './session';
import { tableGrants } from './sourceTables';

/** One thing that has to be there. */
export interface Wanted {
  /** What it is for, in a few words. */
  readonly what: string;
  readonly sql: string;
  /** Whether it is there already: a condition of PostgreSQL, or the answer. */
  readonly there: string | boolean;
  /** Not ours to do. */
  readonly left?: boolean;
}

/** What a database has of a pipeline. */
export interface Facts {
  readonly major: number;
  readonly catalogs: readonly Catalog[];
  readonly publication: { readonly all: boolean; readonly tables: readonly string[] } | undefined;
}

/** The role of the collector in a database. A password stands in the statement as PostgreSQL keeps it, never itself. */
export function roleSteps(
  server: PostgresConfig,
  database: string,
  randomBytes: (count: number) => Uint8Array,
): Wanted[] {
  const user = userOf(server);
  const password = server.password === '' ? '' : ` PASSWORD ${pgText(scramVerifier(server.password, randomBytes(16)))}`;
  return [
    {
      what: 'role of the collector',
      sql: `CREATE ROLE ${pgIdent(user)} LOGIN${password};`,
      there: `EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = ${pgText(user)})`,
    },
    {
      what: 'sees slots, walsenders and transactions of others',
      sql: monitorGrant(user),
      there: `pg_has_role(${pgText(user)}, 'pg_monitor', 'USAGE')`,
    },
    {
      what: 'may connect',
      sql: `GRANT CONNECT ON DATABASE ${pgIdent(database)} TO ${pgIdent(user)};`,
      there: `has_database_privilege(${pgText(user)}, ${pgText(database)}, 'CONNECT')`,
    },
  ];
}

/** The heartbeat table of a pipeline, and the rights to it and to the tables that are compared. */
export function pipelineSteps(
  server: PostgresConfig,
  { heartbeat, tables }: PipelineConfig,
  { catalogs }: Facts,
): readonly Wanted[] {
  const user = userOf(server);
  const compared = tables.flatMap(({ table, key, updatedAt }): readonly Wanted[] => {
    const catalog = catalogs.find((c) => c.table === table);
    const wanted = [...(catalog?.primary_key ?? []), key, updatedAt].filter((c) => c !== undefined);
    // One column is enough to count rows.
    const columns = wanted.length > 0 ? [...new Set(wanted)] : (catalog?.columns ?? []).slice(0, 1);
    const held = columns.map((column) => hasColumn(user, table, column, 'SELECT'));
    return grantSteps(user, table, 'compares rows of', tableGrants(user, table, columns), held);
  });
  if (!heartbeat) return compared;
  const name = pgTable(heartbeat.table);
  const { table, column } = heartbeat;
  return [
    {
      what: 'heartbeat table',
      sql: `CREATE TABLE ${name} (id int PRIMARY KEY CHECK (id = 1), ${pgIdent(column)} timestamptz NOT NULL DEFAULT clock_timestamp());`,
      there: `to_regclass(${pgText(name)}) IS NOT NULL`,
    },
    {
      what: 'its one row',
      sql: `INSERT INTO ${name} (id) VALUES (1) ON CONFLICT DO NOTHING;`,
      there: `EXISTS (SELECT FROM ${name} WHERE id = 1)`,
    },
    ...grantSteps(user, table, 'writes beats to', heartbeatGrants(user, heartbeat), [
      hasColumn(user, table, 'id', 'SELECT'),
      hasColumn(user, table, column, 'SELECT'),
      hasColumn(user, table, column, 'UPDATE'),
    ]),
    ...compared,
  ];
}

const hasColumn = (user: string, table: string, column: string, right: 'SELECT' | 'UPDATE'): string =>
  `has_column_privilege(${pgText(user)}, ${pgText(pgTable(table))}, ${pgText(column)}, '${right}')`;

/** The first of the grants is that of the schema, the others those of the table. */
function grantSteps(
  user: string,
  table: string,
  what: string,
  [usage = '', ...rights]: readonly string[],
  held: readonly string[],
): readonly Wanted[] {
  const schema = table.slice(0, table.indexOf('.'));
  return [
    {
      what: `sees schema ${schema}`,
      sql: usage,
      there: `has_schema_privilege(${pgText(user)}, ${pgText(schema)}, 'USAGE')`,
    },
    { what: `${what} ${table}`, sql: rights.join(' '), there: held.join(' AND ') || false },
  ];
}

/**
 * The publication with the heartbeat table in it. Other tables that an existing one does not have are only told: whoever left them
 * out may have had a reason. ClickHouse makes that of MaterializedPostgreSQL itself, from the list of its tables.
 */
export function publicationSteps(pipeline: PipelineConfig, facts: Facts): readonly Wanted[] {
  const { postgres, heartbeat, kind } = pipeline;
  if (!postgres) return [];
  const { publication: found } = facts;
  const name = pgIdent(postgres.publication);
  const what = `publication ${postgres.publication}`;
  const missing = replicatedTables(pipeline).filter((table) => !found?.tables.includes(table));
  if (missing.length === 0 || found?.all) return [{ what, sql: '', there: true }];
  if (kind === 'materialized')
    return [
      {
        what: `${what}, which ClickHouse makes`,
        sql: missing
          .map((t) => `-- In ClickHouse: name ${t} in materialized_postgresql_tables_list, or ATTACH it.`)
          .join('\n'),
        there: false,
        left: true,
      },
    ];
  if (!found) {
    const list = missing.map((table) => publishedTable(pipeline, table, facts)).join(', ');
    return [{ what, sql: `CREATE PUBLICATION ${name} FOR TABLE ${list};`, there: false }];
  }
  return missing.map((table) => ({
    what: `${what} has ${table}`,
    sql: `ALTER PUBLICATION ${name} ADD TABLE ${publishedTable(pipeline, table, facts)};`,
    there: false,
    left: table !== heartbeat?.table,
  }));
}

/** A table for a publication; from PostgreSQL 15 on without the columns that are not copied on purpose. */
function publishedTable({ tables }: PipelineConfig, table: string, { catalogs, major }: Facts): string {
  const ignore = tables.find((own) => own.table === table)?.ignore ?? [];
  const columns = catalogs.find((c) => c.table === table)?.columns ?? [];
  const kept = columns.filter((c) => !ignore.includes(c));
  return major >= 15 && kept.length < columns.length
    ? `${pgTable(table)} (${kept.map(pgIdent).join(', ')})`
    : pgTable(table);
}
