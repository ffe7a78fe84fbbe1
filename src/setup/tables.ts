import type { Db } from '../core/db';
import { literal } from '../core/sql/quote';

/** A column as `system.columns` tells it. */
export interface TableColumn {
  readonly name: string;
  readonly type: string;
  /** What an INSERT that leaves it out writes; empty where nothing is said. */
  readonly preset: string;
}

/** A table or view that is not ClickHouse's own and not Tidemark's. */
export interface FoundTable {
  /** `database.table`. */
  readonly name: string;
  readonly engine: string;
  /** With all its clauses. */
  readonly engineFull: string;
  readonly sortingKey: string;
  /** Null where the server does not count (views, other systems). */
  readonly rows: number | null;
  readonly columns: readonly TableColumn[];
}

/** A table that was not looked into, and why: one sentence. */
export interface Skipped {
  readonly table: string;
  readonly why: string;
}

const system = ['system', 'INFORMATION_SCHEMA', 'information_schema'];

interface Row {
  readonly database: string;
  readonly table: string;
  readonly engine: string;
  readonly engineFull: string;
  readonly sortingKey: string;
  readonly rows: number | null;
  readonly columns: readonly (readonly [string, string, string])[];
}

/**
 * Every table and view but those of the system and of Tidemark's installations (known by their own tables). Reads definitions
 * only, no rows.
 * @param lookIn databases to look in; all where it is empty.
 */
export async function findTables(db: Db, lookIn: readonly string[]): Promise<readonly FoundTable[]> {
  const within = lookIn.length > 0 ? `AND t.database IN ${literal(lookIn)}` : '';
  // Arrays of arrays of text: tuples come back as objects from some servers and as arrays from others.
  const rows = await db.query<Row>(
    `SELECT t.database AS database, t.name AS table, t.engine AS engine, t.engine_full AS engineFull, t.sorting_key AS sortingKey,
  toFloat64OrNull(ifNull(toString(t.total_rows), '')) AS rows, c.columns AS columns
FROM system.tables AS t
INNER JOIN (
  SELECT database, table, arrayMap(x -> [x.2, x.3, x.4], arraySort(groupArray((position, name, type, if(default_kind IN ('DEFAULT', 'MATERIALIZED'), default_expression, ''))))) AS columns
  FROM system.columns GROUP BY database, table
) AS c ON c.database = t.database AND c.table = t.name
WHERE t.database NOT IN ${literal(system)} ${within} AND NOT t.is_temporary AND NOT startsWith(t.name, '.inner')
  AND t.database NOT IN (SELECT database FROM system.tables WHERE name = 'schema_objects' AND database IN (SELECT database FROM system.tables WHERE name = 'rollup_status'))
ORDER BY t.database, t.name`,
  );
  return rows.map(({ database, table, columns, rows: count, ...facts }) => ({
    ...facts,
    name: `${database}.${table}`,
    rows: count === null ? null : Number(count),
    columns: columns.map(([name = '', type = '', preset = '']) => ({ name, type, preset })),
  }));
}

/** Engines whose rows may be looked at: reading changes nothing, asks no other system, and a row is a fact. */
const readable =
  /^((Replicated|Shared)?(Replacing)?MergeTree|View|MaterializedView|Distributed|Merge|Memory|Log|TinyLog|StripeLog|Buffer)$/;

/** Why a table is not looked into; undefined where it is. */
export function unreadable({ name, engine, sortingKey }: FoundTable): Skipped | undefined {
  const says = (why: string): Skipped => ({ table: name, why });
  if (name.split('.').length > 2)
    return says('its name holds a dot, which tidemark.yaml cannot tell from database.table.');
  if (/\s/.test(name)) return says('its name holds a space; make a view with another name.');
  if (/(Collapsing)MergeTree$/.test(engine))
    return says(`its rows count by their sign (${engine}); map a view that reads it FINAL.`);
  if (/(Aggregating|Summing|Graphite)MergeTree$/.test(engine))
    return says(`its rows are sums already (${engine}, by ${sortingKey}); map the table that it is made from.`);
  if (/^(Kafka|RabbitMQ|NATS|S3Queue|AzureQueue|FileLog|Redis)$/.test(engine))
    return says(`reading it would take its messages away (${engine}); map the table that its view writes to.`);
  if (!readable.test(engine))
    return says(`engine ${engine} reads another system or keeps no rows; copy it into a table.`);
  return undefined;
}
