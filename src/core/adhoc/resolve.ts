import { ident, literal } from '../sql/quote';
import { askedOf, isText, mapOf } from './columnType';
import { keyPath } from './key';
import type { ColumnSql } from './condition';
import type { Columns, TableRef } from './columns';
import type { KeyPath } from './key';

/** A key found among the columns of a table. */
export interface FoundColumn {
  /** The column's own name, which an alias of the query could hide. */
  readonly column: string;
  /** Whether the key itself names the table. */
  readonly qualified: boolean;
  /** The column, its path and its element, behind `qualifier` (an alias or table name) where one is given. */
  write(qualifier?: string): ColumnSql;
}

/** The table to look in: how the query may call it, what it is, and what columns it has. */
export interface KnownTable {
  readonly name: string | undefined;
  readonly ref: TableRef;
  readonly columns: Columns;
}

/**
 * Finds a filter's key in a table: a column, `table.column`, `database.table.column`, an element of a map, a path into
 * JSON or a tuple. Undefined where the table has no such column. Never throws.
 */
export function resolveKey(key: string, table: KnownTable): FoundColumn | undefined {
  const path = keyPath(key);
  const [first, second] = path.parts;
  const { ref, name } = table;
  // How many names of the path are the table's.
  const candidates = [0];
  if (path.parts.length > 1 && (first === name || first === ref.table)) candidates.push(1);
  if (path.parts.length > 2 && first === ref.database && second === ref.table) candidates.push(2);
  for (const skipped of candidates) {
    const found = columnAt({ ...path, parts: path.parts.slice(skipped) }, table.columns);
    if (found) return { ...found, qualified: skipped > 0 };
  }
  return undefined;
}

/** The longest beginning of the path that is a column; what is left of the path must lead into it. */
function columnAt({ parts, element }: KeyPath, columns: Columns): Omit<FoundColumn, 'qualified'> | undefined {
  for (let length = parts.length; length > 0; length--) {
    const column = parts.slice(0, length).join('.');
    const type = columns.get(column);
    if (type === undefined) continue;
    const inner = parts.slice(length);
    if (inner.length > 0 && !leadsInto(type)) return undefined;
    const map = element === undefined || inner.length > 0 ? undefined : mapOf(type);
    const write = (qualifier?: string): ColumnSql => {
      const sql = [...(qualifier === undefined ? [] : [qualifier]), column, ...inner].map(ident).join('.');
      if (element !== undefined) return withElement(sql, element, map);
      return inner.length === 0 ? { sql, type } : { sql, ...innerType(type) };
    };
    return { column, write };
  }
  return undefined;
}

function leadsInto(type: string): boolean {
  return /\b(JSON|Object|Tuple|Nested|Dynamic|Variant|Map|Array|Nullable)\b/.test(type);
}

/** Of a path into JSON that it may be of any type; of a path into a tuple the type is not read. */
function innerType(type: string): { readonly type?: string } {
  return askedOf(type) === 'text' ? { type: 'Dynamic' } : {};
}

function withElement(sql: string, element: string, map: ReturnType<typeof mapOf>): ColumnSql {
  if (!map) return { sql: `${sql}[${literal(element)}]` };
  const key = isText(map.key) ? literal(element) : `CAST(${literal(element)}, ${literal(map.key)})`;
  return { sql: `${sql}[${key}]`, type: map.value };
}
