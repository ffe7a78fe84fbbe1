import type { PipelineTable } from '../../config/collectConfig';
import type { Db } from '../../core/db';
import { ident, qualified } from '../../core/sql/quote';
import { fail, failureOf, tableFailure } from '../errors';
import type { Failure } from '../errors';
import type { Counted } from './counted';

/** The copy of a table as ClickHouse has it. */
export interface TargetTable {
  readonly present: boolean;
  readonly columns: readonly string[];
  readonly rows: string | null;
  readonly rowsExact: boolean;
  readonly keyMax: string;
  readonly updatedMs: number | null;
  /** Numbers of blocks: each insert takes one, merges take none. */
  readonly blocks: string | null;
  readonly failure?: Failure;
}

interface Facts {
  readonly table: string;
  readonly engine: string;
  readonly total: string | number | null;
  /** Name and type of each column. */
  readonly columns: readonly (readonly [string, string])[];
  readonly blocks: string | number;
}

/** Engines that keep several versions of a row, of which FINAL gives the last. */
const versioned = /(Replacing|Collapsing|Coalescing)MergeTree$/;

/** Copies with more rows on disk are not counted: FINAL would read them all, again and again. */
const countableRows = 3_000_000;

const asked = "concat(database, '.', table) IN {targets:Array(String)}";

/** One statement over system tables for all copies. */
const factsSql = `SELECT concat(t.database, '.', t.name) AS table, t.engine AS engine, t.total_rows AS total, c.columns AS columns, p.blocks AS blocks
FROM (SELECT database, name, engine, total_rows FROM system.tables WHERE concat(database, '.', name) IN {targets:Array(String)}) AS t
LEFT JOIN (SELECT database, table, groupArray((name, type)) AS columns FROM system.columns WHERE ${asked} GROUP BY database, table) AS c
  ON c.database = t.database AND c.table = t.name
LEFT JOIN (
  SELECT database, table, sum(last) AS blocks
  FROM (SELECT database, table, partition_id, max(max_block_number) AS last FROM system.parts WHERE ${asked} GROUP BY database, table, partition_id)
  GROUP BY database, table
) AS p ON p.database = t.database AND p.table = t.name`;

const absent: TargetTable = {
  present: false,
  columns: [],
  rows: null,
  rowsExact: false,
  keyMax: '',
  updatedMs: null,
  blocks: null,
};

/**
 * Looks at the copies; `keys` names the column whose greatest value is compared, by the table in Postgres; `user` is who asks,
 * for the GRANT in a message. A copy that cannot be read
 * is told of in its `failure`. Throws what the statement about all of them throws.
 */
export async function readTargetTables(
  db: Db,
  tables: readonly PipelineTable[],
  keys: ReadonlyMap<string, string>,
  counted: Counted,
  now: number,
  user: string,
): Promise<ReadonlyMap<string, TargetTable>> {
  const facts = await db.query<Facts>(factsSql, { targets: tables.map(({ target }) => target) });
  const found = new Map<string, TargetTable>();
  for (const own of tables) {
    const of = facts.find(({ table }) => table === own.target);
    found.set(own.table, of ? await readTarget(db, own, of, keys.get(own.table), counted, now, user) : absent);
  }
  return found;
}

async function readTarget(
  db: Db,
  own: PipelineTable,
  { engine, total, columns: typed, blocks }: Facts,
  key: string | undefined,
  counted: Counted,
  now: number,
  user: string,
): Promise<TargetTable> {
  const columns = typed.map(([name]) => name);
  const known = {
    present: true,
    columns,
    rows: text(total),
    rowsExact: false,
    keyMax: '',
    updatedMs: null,
    blocks: text(blocks),
  };
  const unknown = (['key', 'updatedAt', 'deleted'] as const).find((name) => {
    const column = own[name];
    return column !== undefined && !columns.includes(column);
  });
  if (unknown !== undefined) {
    const facts = { target: own.target, table: own.table, column: own[unknown] ?? '', key: unknown };
    return { ...known, failure: failureOf(fail('ch_no_column', facts)) };
  }
  // A view tells no total; whoever made it says with it that it may be read.
  const small = total === null || Number(total) <= countableRows;
  // Of a view nothing tells whether it has changed.
  const mark = engine.endsWith('MergeTree') ? `${blocks}|${total}|${key}` : null;
  const from = qualified(own.target);
  // MaterializedPostgreSQL hides deleted rows from a SELECT of columns, but counts them.
  const signed = columns.includes('_sign') && columns.includes('_version');
  const kept = own.deleted !== undefined ? `${ident(own.deleted)} = 0` : signed ? '_sign = 1' : '';
  const where = kept === '' ? '' : ` WHERE ${kept}`;
  const final = versioned.test(engine) ? ' FINAL' : '';
  const type = typed.find(([name]) => name === own.updatedAt)?.[1];
  const select = [
    `${small ? `(SELECT count() FROM ${from}${final}${where})` : 'NULL'} AS rows`,
    // Of all versions: the greatest values need no FINAL.
    `${key !== undefined && columns.includes(key) ? `toString(max(${ident(key)}))` : "''"} AS key`,
    `${type === undefined ? 'NULL' : greatestMs(own.updatedAt ?? '', type)} AS updated`,
  ];
  try {
    const row = await counted.get(`target ${own.target}`, mark, now, async () => {
      const sql = `SELECT ${select.join(', ')} FROM ${from}`;
      return (
        await db.query<{ rows: string | number | null; key: string | null; updated: string | number | null }>(sql)
      )[0];
    });
    const empty = Number(total) === 0 && total !== null;
    return {
      ...known,
      rows: small ? text(row?.rows ?? null) : known.rows,
      rowsExact: small,
      keyMax: empty ? '' : (row?.key ?? ''),
      updatedMs: empty || row?.updated == null ? null : Number(row.updated),
    };
  } catch (thrown) {
    return { ...known, failure: tableFailure(thrown, own.target, user) };
  }
}

/** The greatest moment of a column in ms since 1970; texts are read as UTC where they do not say otherwise. */
export function greatestMs(column: string, type: string): string {
  const max = `max(${ident(column)})`;
  const moment = /String/.test(type) ? `parseDateTime64BestEffortOrNull(${max}, 3, 'UTC')` : `toDateTime64(${max}, 3)`;
  return `toUnixTimestamp64Milli(${moment})`;
}

const text = (value: string | number | null): string | null => (value === null ? null : String(value));
