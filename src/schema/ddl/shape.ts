import { onCluster, placed } from '../cluster';
import type { Installation } from '../installation';
import { tableOf } from '../rollups/context';

/** A table of Tidemark's database that depends on nothing but its name. */
export interface TableShape {
  readonly name: string;
  /** One a line: name, type, defaults. */
  readonly columns: readonly string[];
  /** From ENGINE on. */
  readonly tail: string;
  /**
   * What came after the first release, each the rest of an ALTER TABLE that may be run twice: tables made before get them all.
   * Only ever appended to.
   */
  readonly changes?: readonly string[];
}

export interface BaseTable {
  readonly name: string;
  readonly ddl: string;
  /** Statements that bring a table of an older release to this form; may be run twice. */
  readonly changes: readonly string[];
}

/** CREATE TABLE with one column a line: the form that `cluster/objects.ts` takes apart. */
export function createTable(name: string, columns: readonly string[], tail: string): string {
  return `CREATE TABLE IF NOT EXISTS ${name}\n(\n  ${columns.join(',\n  ')}\n)\n${tail}`;
}

/** The statement that makes such a table, on one server or on a cluster. */
export function baseTable(installation: Installation, { name, columns, tail, changes = [] }: TableShape): BaseTable {
  const full = tableOf(installation, name);
  const ddl = placed(installation, { kind: 'table', name, ddl: createTable(full, columns, tail) });
  return { name, ddl, changes: changes.map((change) => `ALTER TABLE ${full}${onCluster(installation)} ${change}`) };
}
