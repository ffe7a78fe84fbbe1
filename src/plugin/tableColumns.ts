import { tableKey } from '../core/adhoc/columns';
import type { Columns, ColumnsOf, TableRef } from '../core/adhoc/columns';
import { TidemarkError } from '../core/errors';
import { literal } from '../core/sql/quote';

/** Sends one small SELECT. */
export type Ask = <Row>(sql: string) => Promise<Row[]>;

/** How long an answer is believed, milliseconds: a new column shows after that. */
const believedMs = 60_000;

interface Known {
  readonly atMs: number;
  readonly columns: Columns | undefined;
}

/**
 * Columns of tables, asked of `system.columns` once per table and minute; panels that ask together share one statement.
 * A table that the user may not see, or that does not exist, is not known.
 */
export class TableColumns {
  readonly #ask: Ask;
  readonly #nowMs: () => number;
  readonly #known = new Map<string, Known>();
  #next: { readonly tables: Map<string, TableRef>; readonly done: Promise<void> } | undefined;

  constructor(ask: Ask, nowMs: () => number) {
    this.#ask = ask;
    this.#nowMs = nowMs;
  }

  /** What is known without asking, however old. */
  readonly known: ColumnsOf = (table) => this.#known.get(tableKey(table))?.columns;

  /** The columns of the tables, as far as they can be seen. Never rejects: without an answer nothing is known. */
  async of(tables: readonly TableRef[]): Promise<ColumnsOf> {
    const missing = tables.filter((table) => !this.#fresh(table));
    if (missing.length > 0) await this.#load(missing);
    return this.known;
  }

  #fresh(table: TableRef): boolean {
    const known = this.#known.get(tableKey(table));
    return known !== undefined && this.#nowMs() - known.atMs < believedMs;
  }

  /** Gathers what is asked until the current task ends, then sends one statement. */
  #load(missing: readonly TableRef[]): Promise<void> {
    if (!this.#next) {
      const tables = new Map<string, TableRef>();
      const done = Promise.resolve().then(() => {
        this.#next = undefined;
        return this.#send([...tables.values()]);
      });
      this.#next = { tables, done };
    }
    for (const table of missing) this.#next.tables.set(tableKey(table), table);
    return this.#next.done;
  }

  async #send(tables: readonly TableRef[]): Promise<void> {
    const found = new Map<string, Map<string, string>>();
    try {
      for (const { database, table, own, name, type } of await this.#ask<ColumnRow>(columnsSql(tables)))
        for (const ref of [{ database, table }, ...(Number(own) ? [{ table }] : [])])
          found.set(tableKey(ref), (found.get(tableKey(ref)) ?? new Map<string, string>()).set(name, type));
    } catch (thrown) {
      // A server that refuses will refuse again; one that was not reached may be there next time.
      if (!(thrown instanceof TidemarkError) || thrown.code !== 'server_error') return;
    }
    const atMs = this.#nowMs();
    for (const table of tables) this.#known.set(tableKey(table), { atMs, columns: found.get(tableKey(table)) });
  }
}

interface ColumnRow {
  readonly database: string;
  readonly table: string;
  readonly name: string;
  readonly type: string;
  /** Whether the database is the default one. */
  readonly own: number;
}

/** The statement that asks for the columns of some tables. */
export function columnsSql(tables: readonly TableRef[]): string {
  return `SELECT database, table, name, type, database = currentDatabase() AS own FROM system.columns WHERE ${inTables(tables)} ORDER BY database, table, position`;
}

/** The condition for `database` and `table` to be one of the tables; without tables, all of the default database. */
export function inTables(tables: readonly TableRef[], tableColumn = 'table'): string {
  if (tables.length === 0) return 'database = currentDatabase()';
  const each = tables.map(
    ({ database, table }) =>
      `(database = ${database ? literal(database) : 'currentDatabase()'} AND ${tableColumn} = ${literal(table)})`,
  );
  return `(${each.join(' OR ')})`;
}
