import type { DimensionConfig } from '../../config/config';
import { ident, literal } from '../../core/sql/quote';
import { fail } from '../errors';
import type { ColumnRow } from './table';
import { bareType, mayBeNull, tupleElements, typeArguments } from './types';

/** Where a dimension stands, for messages. */
interface Place {
  readonly role: string;
  readonly table: string;
  readonly dimension: DimensionConfig;
}

/** A dimension as SQL over the table's columns that is never NULL ('' where there is no value). */
export interface ResolvedDimension {
  readonly sql: string;
  /** Type of {@link sql} without LowCardinality. */
  readonly type: string;
  /** Column of the table that it reads. */
  readonly column: string;
}

const structured = /^(Map|JSON|Object|Tuple|Nested|Array|AggregateFunction)(\(|$)/;
const json = /^JSON(\(|$)/;

/**
 * Resolves a dimension by the real type of its column: a plain column keeps its type; a path into a Map, JSON, Tuple or
 * JSON-in-String column gives the text of the value.
 * @throws TidemarkError dimension_column, dimension_path.
 * @example `props.plan` over Map(String, String) // `props`['plan']
 */
export function resolveDimension(
  role: string,
  table: string,
  dimension: DimensionConfig,
  columns: readonly ColumnRow[],
): ResolvedDimension {
  const place = { role, table, dimension };
  const found = columnOf(dimension.from, columns);
  if (!found) {
    const has = columns.map((c) => c.name);
    throw fail('dimension_column', { role, name: dimension.name, column: dimension.column, table, has });
  }
  const sql = ident(found.name);
  const path = dimension.from === found.name ? [] : dimension.from.slice(found.name.length + 1).split('.');
  const plain = path.length === 0 && !mayBeNull(found.type) && !structured.test(bareType(found.type));
  if (plain) return { sql, type: bareType(found.type), column: found.name };
  return { sql: textOf(place, sql, found.type, path), type: 'String', column: found.name };
}

/** The column with the longest name that the path begins with: names may hold dots (`geo.city` of a Nested column). */
function columnOf(from: string, columns: readonly ColumnRow[]): ColumnRow | undefined {
  const fitting = columns.filter(({ name }) => from === name || from.startsWith(`${name}.`));
  return fitting.sort((a, b) => b.name.length - a.name.length)[0];
}

/** SQL of the value's text, never NULL. */
function textOf(place: Place, sql: string, type: string, path: readonly string[]): string {
  const bare = bareType(type);
  const [key, ...rest] = path;
  if (key === undefined) {
    if (structured.test(bare)) throw impossible(place, type, advice(place, bare));
    if (mayBeNull(type)) return `ifNull(toString(${sql}), '')`;
    return bare === 'String' ? sql : `toString(${sql})`;
  }
  if (bare.startsWith('Map(')) return inMap(place, sql, bare, key, rest);
  if (bare.startsWith('Tuple(')) return inTuple(place, sql, bare, key, rest);
  if (json.test(bare)) return `ifNull(toString(${[sql, ...path.map(ident)].join('.')}), '')`;
  if (bare === 'String' || bare.startsWith('FixedString(')) {
    // Gives numbers and booleans as text too, and '' for what is missing, null or no JSON at all.
    const text = type === 'String' ? sql : `ifNull(toString(${sql}), '')`;
    return `JSONExtractString(${[text, ...path.map(literal)].join(', ')})`;
  }
  throw impossible(
    place,
    type,
    `Write the column alone, or a path into a Map, JSON, Tuple or String (with JSON) column.`,
  );
}

function inMap(place: Place, sql: string, type: string, key: string, rest: readonly string[]): string {
  const [keyType = '', valueType = ''] = typeArguments(type);
  const words = /^(String|FixedString|Enum)/.test(bareType(keyType));
  if (!words && !(/^U?Int/.test(keyType) && /^-?\d+$/.test(key))) {
    throw impossible(place, type, `"${key}" is no key of type ${keyType}. Write a key that is.`);
  }
  const at = words ? literal(key) : key;
  const bare = bareType(valueType);
  // A JSON that a map holds is a value and no column, so its paths are reached by a function instead of a name.
  const text =
    json.test(bare) && rest.length > 0
      ? `ifNull(toString(getSubcolumn(${sql}[${at}], ${literal(rest.join('.'))})), '')`
      : textOf(place, `${sql}[${at}]`, valueType, rest);
  const emptyWhereMissing = bare === 'String' || mayBeNull(valueType) || json.test(bare) || bare.startsWith('Map(');
  return emptyWhereMissing ? text : `if(mapContains(${sql}, ${at}), ${text}, '')`;
}

function inTuple(place: Place, sql: string, type: string, key: string, rest: readonly string[]): string {
  const elements = tupleElements(type);
  const element = elements.get(key);
  if (element === undefined) {
    throw impossible(place, type, `It has no element "${key}". It has: ${[...elements.keys()].join(', ')}.`);
  }
  const at = /^\d+$/.test(key) ? key : literal(key);
  return textOf(place, `tupleElement(${sql}, ${at})`, element, rest);
}

function advice({ dimension: { from } }: Place, bare: string): string {
  if (/^(Map|JSON)/.test(bare)) return `Write a path to one value of it, such as ${from}.plan.`;
  if (bare.startsWith('Tuple(')) {
    const names = [...tupleElements(bare).keys()];
    return `Write one of its elements: ${names.map((name) => `${from}.${name}`).join(', ')}.`;
  }
  return 'A dimension has one value per row: map another column, or a view that makes one of it.';
}

function impossible({ role, table, dimension: { name, from } }: Place, type: string, next: string) {
  return fail('dimension_path', { role, name, from, table, type, next });
}
