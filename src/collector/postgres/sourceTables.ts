import type { PipelineConfig, PipelineTable } from '../../config/collectConfig';
import { fail, failureOf } from '../errors';
import type { Failure } from '../errors';
import { catalogSql } from './catalog';
import type { Catalog } from './catalog';
import type { Counted } from './counted';
import { pgIdent, pgTable } from './session';
import type { Session } from './session';

/** A replicated table as Postgres has it. */
export interface SourceTable {
  readonly present: boolean;
  readonly published: boolean;
  /** `missing`: updates and deletes fail, or are lost. */
  readonly identity: 'default' | 'full' | 'index' | 'missing';
  /** All its columns, and those that the publication passes on. */
  readonly columns: readonly string[];
  readonly publishedColumns: readonly string[];
  /** Column whose greatest value is compared, where it has an order. */
  readonly key: string | undefined;
  readonly rows: string | null;
  readonly rowsExact: boolean;
  readonly keyMax: string;
  readonly updatedMs: number | null;
  /** Inserts, updates and deletes since its statistics began, and updates alone; null on a replica, where nobody counts them. */
  readonly changes: string | null;
  readonly updates: string | null;
  /** Why rows or greatest values are not known. */
  readonly failure?: Failure;
}

/** Types whose greatest value says how far a copy is; of a text or a UUID it says nothing. */
const ordered = /^(smallint|integer|bigint|numeric|date|timestamp|real|double)/;

/** A table that took too long is not read again for this long, in ms. */
const restMs = 30 * 60_000;

/** Tables with more rows, as the planner guesses, are not counted: it would take longer than a statement may. */
const countableRows = 1_000_000;

/** What is kept from look to look. */
export interface TableMemory {
  /** What took too long, and when, in ms since 1970. */
  readonly slow: Map<string, number>;
  readonly counted: Counted;
}

const absent: SourceTable = {
  present: false,
  published: false,
  identity: 'missing',
  columns: [],
  publishedColumns: [],
  key: undefined,
  rows: null,
  rowsExact: false,
  keyMax: '',
  updatedMs: null,
  changes: null,
  updates: null,
};

/** Looks at the tables of a pipeline. A table that cannot be read is told of in its `failure`. @throws TidemarkError pg_*. */
export async function readSourceTables(
  session: Session,
  server: string,
  pipeline: PipelineConfig,
  memory: TableMemory,
  now: number,
): Promise<ReadonlyMap<string, SourceTable>> {
  const about = { what: 'its tables', grant: '' };
  const names = pipeline.tables.map(({ table }) => table);
  const publication = pipeline.postgres?.publication ?? '';
  const catalogs = await session.query<Catalog>(about, catalogSql(session.major), [names, publication]);
  const found = new Map<string, SourceTable>();
  for (const own of pipeline.tables) {
    const catalog = catalogs.find(({ table }) => table === own.table);
    found.set(own.table, catalog?.present ? await readTable(session, server, own, catalog, memory, now) : absent);
  }
  return found;
}

interface Values {
  readonly rows: string | null;
  readonly keyMax: string;
  readonly updatedMs: number | null;
  readonly failure?: Failure;
}

async function readTable(
  session: Session,
  server: string,
  own: PipelineTable,
  catalog: Catalog,
  memory: TableMemory,
  now: number,
): Promise<SourceTable> {
  const { types, primary_key: primaryKey, estimate, replica } = catalog;
  const wanted = own.key ?? (primaryKey.length === 1 ? primaryKey[0] : undefined);
  const key = wanted !== undefined && ordered.test(types[wanted] ?? '') ? wanted : undefined;
  const mark = replica ? null : `${catalog.changes}|${estimate}|${key}`;
  const values = await memory.counted.get(`${session.database} ${own.table}`, mark, now, () =>
    readValues(session, own, catalog, key, memory.slow, now),
  );
  const unknown = (['key', 'updatedAt'] as const).find((name) => own[name] !== undefined && !(own[name] in types));
  const failure =
    unknown === undefined
      ? values.failure
      : failureOf(fail('pg_no_column', { server, table: own.table, column: own[unknown] ?? '', key: unknown }));
  return {
    ...values,
    present: true,
    published: catalog.published,
    identity: identityOf(catalog),
    columns: catalog.columns,
    publishedColumns: catalog.published_columns,
    key,
    rows: values.rows ?? estimate,
    rowsExact: values.rows !== null,
    changes: replica ? null : catalog.changes,
    updates: replica ? null : catalog.updates,
    ...(failure && { failure }),
  };
}

function identityOf({ identity, index_identity, primary_key }: Catalog): SourceTable['identity'] {
  if (identity === 'f') return 'full';
  if (identity === 'i') return index_identity ? 'index' : 'missing';
  return identity === 'd' && primary_key.length > 0 ? 'default' : 'missing';
}

/** Reads the table itself. What takes too long is left out for a while; what is not allowed is the failure. */
async function readValues(
  session: Session,
  own: PipelineTable,
  { types, indexed, estimate, primary_key }: Catalog,
  key: string | undefined,
  slow: TableMemory['slow'],
  now: number,
): Promise<Values> {
  const { updatedAt } = own;
  const columns = [...primary_key, key, updatedAt].filter((c) => c !== undefined && c in types) as string[];
  const about = { what: `table ${own.table}`, grant: tableGrants(session.user, own.table, columns).join(' ') };
  let failure: Failure | undefined;
  const ask = async <T>(what: string, value: string): Promise<T | undefined> => {
    const name = `${session.database} ${own.table} ${what}`;
    if (failure || now - (slow.get(name) ?? -Infinity) < restMs) return undefined;
    try {
      const sql = `SELECT ${value} AS value FROM ${pgTable(own.table)}`;
      return (await session.query<{ value: T }>(about, sql))[0]?.value;
    } catch (thrown) {
      const own = failureOf(thrown);
      if (own.code === 'pg_slow') slow.set(name, now);
      else if (own.code === 'pg_right' || own.code === 'pg_refused') failure = own;
      else throw thrown;
      return undefined;
    }
  };
  const countable = estimate === null || Number(estimate) <= countableRows;
  const rows = countable ? await ask<string>('count', 'count(*)') : undefined;
  // Without an index the greatest value is found by reading everything.
  const readable = (column: string | undefined): column is string =>
    column !== undefined && column in types && (rows !== undefined || indexed.includes(column));
  const keyMax = readable(key) ? await ask<string | null>(key, `max(${pgIdent(key)})::text`) : null;
  const updatedMs = readable(updatedAt)
    ? await ask<number | null>(updatedAt, `(extract(epoch FROM max(${pgIdent(updatedAt)})) * 1000)::float8`)
    : null;
  return { rows: rows ?? null, keyMax: keyMax ?? '', updatedMs: updatedMs ?? null, ...(failure && { failure }) };
}

/** The rights that comparing a table needs: to count it and to read the greatest values of these columns. */
export function tableGrants(user: string, table: string, columns: readonly string[]): readonly string[] {
  const to = pgIdent(user);
  const schema = pgIdent(table.slice(0, table.indexOf('.')));
  const of = columns.length > 0 ? ` (${[...new Set(columns)].map(pgIdent).join(', ')})` : '';
  return [`GRANT USAGE ON SCHEMA ${schema} TO ${to};`, `GRANT SELECT${of} ON ${pgTable(table)} TO ${to};`];
}
