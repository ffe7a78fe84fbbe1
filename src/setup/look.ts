import { looksPersonal, personalValue } from './personal';
import type { Sample } from './sample';
import type { FoundTable, TableColumn } from './tables';

/** What the sampled rows tell of a column, or of a path in one. */
export interface Look {
  /** Column, or path (`props.plan`). */
  readonly name: string;
  readonly type: string;
  /** Sampled rows, and those of them with a value (not NULL, not empty). */
  readonly rows: number;
  readonly filled: number;
  readonly distinct: number;
  /** Value → rows, the most frequent first; at most 2,000. */
  readonly counts: readonly (readonly [string, number])[];
  /** Looks like personal data: values are not to be shown. */
  readonly personal: boolean;
}

/** A table with what its sample tells. */
export interface LookedTable extends FoundTable {
  readonly sampled: number;
  readonly whole: boolean;
  /** Column → look. */
  readonly looks: ReadonlyMap<string, Look>;
  /** Paths within Map, JSON, Tuple and JSON-in-String columns, the most frequent first. */
  readonly paths: readonly Look[];
  readonly sample: Sample;
}

const mostValues = 2000;

/** Puts a table and its sample together. Pure. */
export function lookAt(table: FoundTable, sample: Sample): LookedTable {
  const looks = new Map<string, Look>();
  const paths: Look[] = [];
  for (const [i, name] of sample.columns.entries()) {
    const column = table.columns.find((c) => c.name === name);
    if (!column) continue;
    const values = sample.rows.map((row) => row[i] ?? null);
    const look = lookOf(name, column.type, values);
    looks.set(name, look);
    if (mayHoldPaths(column, look)) paths.push(...pathsOf(name, values));
  }
  return { ...table, sampled: sample.rows.length, whole: sample.whole, looks, paths, sample };
}

function lookOf(name: string, type: string, values: readonly (string | null)[]): Look {
  const counts = new Map<string, number>();
  let filled = 0;
  for (const value of values) {
    if (value === null || value === '') continue;
    filled++;
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, mostValues);
  const frequent = sorted.slice(0, 50).map(([value]) => value);
  const personal = looksPersonal({ name, type, filled, distinct: counts.size, values: frequent });
  return { name, type, rows: values.length, filled, distinct: counts.size, counts: sorted, personal };
}

/** Map, JSON and Tuple always; a String where its values are JSON objects. */
function mayHoldPaths({ type }: TableColumn, { counts, filled }: Look): boolean {
  if (/^(Map\((LowCardinality\()?String|JSON|Object|Tuple\()/.test(type)) return true;
  if (!/^(LowCardinality\(|Nullable\()*String\b/.test(type) || filled === 0) return false;
  const objects = counts.slice(0, 20).filter(([value]) => parsed(value) !== undefined);
  return objects.length * 2 > Math.min(20, counts.length);
}

function parsed(text: string | null): Readonly<Record<string, unknown>> | undefined {
  if (text === null || !text.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Keys of keys, down to the second level; keys that hold dots cannot be written as paths. */
function pathsOf(column: string, values: readonly (string | null)[]): Look[] {
  const found = new Map<string, (string | null)[]>();
  const add = (path: string, value: unknown) => {
    if (value === null || value === undefined || value === '' || Array.isArray(value)) return;
    const own = found.get(path);
    if (own) own.push(String(value));
    else if (found.size < 500) found.set(path, [String(value)]);
  };
  for (const text of values)
    for (const [key, value] of Object.entries(parsed(text) ?? {})) {
      if (!writable(key)) continue;
      if (typeof value !== 'object' || value === null) add(`${column}.${key}`, value);
      else if (!Array.isArray(value))
        for (const [inner, deep] of Object.entries(value))
          if (writable(inner) && typeof deep !== 'object') add(`${column}.${key}.${inner}`, deep);
    }
  return [...found]
    .map(([path, own]) => ({
      ...lookOf(path.slice(column.length + 1), 'String', own),
      name: path,
      rows: values.length,
    }))
    .sort((a, b) => b.filled - a.filled || (a.name < b.name ? -1 : 1));
}

const writable = (key: string): boolean => key !== '' && !key.includes('.') && !personalValue(key);

/** Three values to show, shortened; `hidden` where they look like personal data. */
export function shown({ personal, counts }: Pick<Look, 'personal' | 'counts'>): string {
  if (personal) return 'hidden';
  return counts
    .slice(0, 3)
    .map(([value]) => (value.length > 28 ? `${value.slice(0, 27)}…` : value))
    .join(', ');
}
