import type { RoleConfig } from '../../config/config';
import { fail } from '../errors';
import { splitTopLevel } from './types';

/**
 * FINAL makes one row of all rows with equal sorting key. So the key must hold the id (else different rows vanish), and
 * in class *moving* nothing that changes (else a row whose time, user or dimension changed lives twice).
 * @param columns the columns of the table that the role reads, the dimensions' too.
 * @throws TidemarkError key_lets_rows_double
 */
export function checkKey(role: string, mapping: RoleConfig, columns: readonly string[], sortingKey: string): void {
  const id = mapping.columns['id'];
  if (!id) return;
  const { table, sourceClass } = mapping;
  // `ORDER BY (id)` is told as "(id)", `ORDER BY id` as "id".
  const parts = splitTopLevel(sortingKey.replace(/^\(([^()]*)\)$/, '$1')).map(bare);
  const says = (wanted: string) => fail('key_lets_rows_double', { role, table, sourceClass, key: sortingKey, wanted });
  if (!parts.includes(id)) throw says(`Order the table by a key that holds ${id}.`);
  const mutable = [...new Set(columns)].filter(
    (column) => column !== id && parts.some((part) => part !== id && mentions(part, column)),
  );
  if (sourceClass === 'moving' && mutable.length > 0) {
    throw says(`Order it by ${id} alone, or declare class fixed if ${mutable.join(', ')} never changes.`);
  }
}

const bare = (part: string): string => part.replace(/^`(.*)`$/, '$1');

/** Whether a key expression reads the column: itself, a path of it, or a function of it such as `toDate(at)`. */
function mentions(part: string, column: string): boolean {
  const name = column.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return part === column || new RegExp(`(^|[^\\w.])${name}($|\\W)`).test(part);
}
