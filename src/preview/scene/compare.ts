import type { Honoured, Json } from '../panels/definition';

/** A value in a JSON that the table does not honour. */
export interface Dropped {
  readonly path: string;
  readonly value: unknown;
  /** Values that would have been harmless; `undefined` when the property is not known at all. */
  readonly harmless?: readonly Json[];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/**
 * Walks a JSON object along the table of honoured paths. A path in the table covers all below it; `null`, `undefined`
 * and empty objects are nothing and cost nothing. Throws nothing.
 */
export function droppedProperties(
  value: Readonly<Record<string, unknown>>,
  table: Readonly<Record<string, Honoured>>,
  parent = '',
): Dropped[] {
  return Object.entries(value).flatMap(([name, inner]): Dropped[] => {
    if (inner == null || (isObject(inner) && Object.keys(inner).length === 0)) return [];
    const path = parent ? `${parent}.${name}` : name;
    const honoured = table[path];
    if (honoured === true) return [];
    if (honoured) return honoured.some((ok) => same(ok, inner)) ? [] : [{ path, value: inner, harmless: honoured }];
    if (isObject(inner)) return droppedProperties(inner, table, path);
    return [{ path, value: inner }];
  });
}
