import type { DbtElementaryConfig } from '../../../config/collectConfig';
import type { Db } from '../../../core/db';
import { ident, literal } from '../../../core/sql/quote';
import { codeOf, fail } from '../../errors';
import type { Part } from '../../source';
import { elementaryTables } from './layout';
import type { ElementaryTable, TableLayout } from './layout';

/** A table that ClickHouse does not show is asked for itself again after this long, in ms: the answer counts in system.errors. */
const askAgainMs = 3_600_000;

/** Expressions for the columns of a table, whichever of them it has. */
export interface Columns {
  /** `database.table`, quoted. */
  readonly from: string;
  has(column: string): boolean;
  /** Text; `''` where it is NULL or missing. */
  text(column: string): string;
  /** Number, or NULL. */
  number(column: string): string;
  /** Moment in ms since 1970, or NULL. Text without a zone is UTC, as Elementary writes it. */
  moment(column: string): string;
}

/** What is there of Elementary's tables. */
export interface Tables {
  /** Absent: it is missing, or lacks what it needs. */
  readonly of: Readonly<Partial<Record<ElementaryTable, Columns>>>;
  /** One for each table. */
  readonly parts: readonly (Part & { readonly part: ElementaryTable })[];
}

/** Looks which of Elementary's tables and columns there are. One per project: it remembers what was asked for in vain. */
export class TableLook {
  private readonly project: DbtElementaryConfig;
  private readonly user: string;
  private readonly vain = new Map<ElementaryTable, { readonly at: number; readonly isDenied: boolean }>();

  /** `user` as ClickHouse knows it, for messages. */
  constructor(project: DbtElementaryConfig, user: string) {
    this.project = project;
    this.user = user;
  }

  /** Throws what ClickHouse answers where its columns cannot be listed. `now` in ms since 1970. */
  async look(db: Db, now: number): Promise<Tables> {
    const { elementary } = this.project;
    const names = Object.keys(elementaryTables) as ElementaryTable[];
    const rows = await db.query<{ table: string; name: string; type: string }>(
      `SELECT table, name, type FROM system.columns WHERE database = ${literal(elementary)} AND table IN (${names.map(literal).join(', ')})`,
    );
    const types = new Map<string, Map<string, string>>();
    for (const { table, name, type } of rows)
      types.set(table, (types.get(table) ?? new Map<string, string>()).set(name, type));
    const of: Partial<Record<ElementaryTable, Columns>> = {};
    const parts: (Part & { part: ElementaryTable })[] = [];
    for (const table of names) {
      const own = types.get(table);
      if (own === undefined) parts.push({ part: table, ...(await this.absent(db, table, now)) });
      else {
        const words = this.lacking(table, own);
        parts.push({ part: table, ...words });
        if (!words.failure) of[table] = columnsOf(`${ident(elementary)}.${ident(table)}`, own);
      }
    }
    return { of, parts };
  }

  /** What names a table in a message. */
  facts(table: ElementaryTable) {
    const { name, elementary } = this.project;
    return { project: name, database: elementary, table, user: this.user };
  }

  /** A table that is not shown is either not there or not granted. */
  private async absent(db: Db, table: ElementaryTable, now: number): Promise<Pick<Part, 'failure' | 'note'>> {
    const before = this.vain.get(table);
    const found =
      before && now - before.at < askAgainMs ? before : { at: now, isDenied: await this.isDenied(db, table) };
    this.vain.set(table, found);
    const facts = this.facts(table);
    if (found.isDenied) return { failure: fail('dbt_elementary_right', facts) };
    const { without }: TableLayout = elementaryTables[table];
    if (without === undefined) return { failure: fail('dbt_elementary_no_table', facts) };
    const missing = `Table ${facts.database}.${table}`;
    return { note: fail('dbt_elementary_unknown', { ...facts, missing, unknown: [without] }) };
  }

  private async isDenied(db: Db, table: ElementaryTable): Promise<boolean> {
    try {
      await db.query(`SELECT 1 FROM ${ident(this.project.elementary)}.${ident(table)} LIMIT 0`);
    } catch (thrown) {
      const code = codeOf(thrown);
      if (code !== 'unknown_table' && code !== 'access_denied') throw thrown;
      return code === 'access_denied';
    }
    return false;
  }

  private lacking(table: ElementaryTable, own: ReadonlyMap<string, string>): Pick<Part, 'failure' | 'note'> {
    const { needs, may }: TableLayout = elementaryTables[table];
    const facts = this.facts(table);
    const needed = needs.filter((column) => !own.has(column));
    if (needed.length > 0) return { failure: fail('dbt_elementary_no_column', { ...facts, columns: needed }) };
    const gone = Object.entries(may).filter(([column, unknown]) => unknown !== '' && !own.has(column));
    if (gone.length === 0) return {};
    const missing = `Column ${gone.map(([column]) => column).join(', ')} of ${facts.database}.${table}`;
    return { note: fail('dbt_elementary_unknown', { ...facts, missing, unknown: gone.map(([, unknown]) => unknown) }) };
  }
}

function columnsOf(from: string, types: ReadonlyMap<string, string>): Columns {
  const or = (column: string, otherwise: string, make: (name: string) => string) =>
    types.has(column) ? make(ident(column)) : otherwise;
  return {
    from,
    has: (column) => types.has(column),
    text: (column) => or(column, "''", (name) => `ifNull(toString(${name}), '')`),
    number: (column) => or(column, 'NULL', (name) => `toFloat64OrNull(toString(${name}))`),
    moment: (column) =>
      or(column, 'NULL', (name) =>
        /DateTime/.test(types.get(column) ?? '')
          ? `toUnixTimestamp64Milli(toDateTime64(${name}, 3))`
          : `toUnixTimestamp64Milli(parseDateTime64BestEffortOrNull(toString(${name}), 3, 'UTC'))`,
      ),
  };
}
