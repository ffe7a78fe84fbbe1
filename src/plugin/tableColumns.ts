import { tableKey } from '../core/adhoc/columns';
import type { Columns, ColumnsOf, TableRef } from '../core/adhoc/columns';
import type { Ask } from '../clickhouse/client';
import { TidemarkError } from '../core/errors';
import { literal } from '../core/sql/quote';
import type { ColumnHint } from '../frames/hints';
import { hintOf } from '../frames/hints';

/** How long an answer is believed, milliseconds: a new column shows after that. */
const believedMs = 60_000;

/** What was found out about the tables of a statement. */
export interface Look {
  readonly columnsOf: ColumnsOf;
  /** What the comments of their columns say about drawing, by column; without those that two tables disagree about. */
  readonly hints: ReadonlyMap<string, ColumnHint>;
}

interface Known {
  readonly atMs: number;
  readonly columns: Columns | undefined;
  readonly hints: ReadonlyMap<string, ColumnHint>;
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

  /** As {@link of}, with what the columns' comments say. */
  async look(tables: readonly TableRef[]): Promise<Look> {
    const columnsOf = await this.of(tables);
    const hints = new Map<string, ColumnHint | undefined>();
    for (const table of tables) {
      for (const [name, hint] of this.#known.get(tableKey(table))?.hints ?? []) {
        const other = hints.get(name);
        const agrees = !hints.has(name) || JSON.stringify(other) === JSON.stringify(hint);
        hints.set(name, agrees ? hint : undefined);
      }
    }
    const agreed = [...hints].filter((entry): entry is [string, ColumnHint] => entry[1] !== undefined);
    return { columnsOf, hints: new Map(agreed) };
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
    const found = new Map<string, { readonly columns: Map<string, string>; readonly hints: Map<string, ColumnHint> }>();
    try {
      for (const { database, table, own, name, type, comment } of await this.#ask<ColumnRow>(columnsSql(tables)))
        for (const ref of [{ database, table }, ...(Number(own) ? [{ table }] : [])]) {
          const key = tableKey(ref);
          const about = found.get(key) ?? { columns: new Map<string, string>(), hints: new Map<string, ColumnHint>() };
          found.set(key, about);
          about.columns.set(name, type);
          const hint = hintOf(comment);
          if (hint) about.hints.set(name, hint);
        }
    } catch (thrown) {
      // A server that refuses will refuse again; one that was not reached may be there next time.
      if (!(thrown instanceof TidemarkError) || thrown.code !== 'server_error') return;
    }
    const atMs = this.#nowMs();
    for (const table of tables) {
      const about = found.get(tableKey(table));
      this.#known.set(tableKey(table), { atMs, columns: about?.columns, hints: about?.hints ?? new Map() });
    }
  }
}

interface ColumnRow {
  readonly database: string;
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly comment: string;
  /** Whether the database is the default one. */
  readonly own: number;
}

/** The statement that asks for the columns of some tables. */
export function columnsSql(tables: readonly TableRef[]): string {
  return `SELECT database, table, name, type, comment, database = currentDatabase() AS own FROM system.columns WHERE ${inTables(tables)} ORDER BY database, table, position`;
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
