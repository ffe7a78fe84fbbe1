import { refusal } from './engineError';

/** A position in Native bytes. */
export class NativeCursor {
  at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Moves over `length` bytes. Throws where fewer are left. */
  skip(length: number): void {
    this.at += length;
    if (this.at > this.#bytes.length)
      throw refusal('INCORRECT_DATA', 'A Native block ends before its last column does');
  }

  varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#bytes[this.at];
      this.skip(1);
      value += (byte! & 0x7f) * factor;
      if (byte! < 0x80) return value;
    }
  }

  uint64(): number {
    this.skip(8);
    return Number(this.#bytes.readBigUInt64LE(this.at - 8));
  }

  skipString(): void {
    this.skip(this.varint());
  }

  string(): string {
    const length = this.varint();
    this.skip(length);
    return this.#bytes.toString('utf8', this.at - length, this.at);
  }
}

/** Bytes per value of the types that have a fixed length, by their name before any bracket. */
const widths: Readonly<Record<string, number>> = {
  Bool: 1,
  Int8: 1,
  UInt8: 1,
  Enum8: 1,
  Nothing: 1,
  Int16: 2,
  UInt16: 2,
  Enum16: 2,
  BFloat16: 2,
  Date: 2,
  Int32: 4,
  UInt32: 4,
  Float32: 4,
  Date32: 4,
  DateTime: 4,
  IPv4: 4,
  Decimal32: 4,
  Time: 4,
  Int64: 8,
  UInt64: 8,
  Float64: 8,
  DateTime64: 8,
  Time64: 8,
  Decimal64: 8,
  Int128: 16,
  UInt128: 16,
  UUID: 16,
  IPv6: 16,
  Decimal128: 16,
  Int256: 32,
  UInt256: 32,
  Decimal256: 32,
};

/** Geometry types are names of others. */
const aliases: Readonly<Record<string, string>> = {
  Point: 'Tuple(Float64, Float64)',
  Ring: 'Array(Point)',
  LineString: 'Array(Point)',
  Polygon: 'Array(Ring)',
  MultiLineString: 'Array(LineString)',
  MultiPolygon: 'Array(Polygon)',
};

/** Moves over a column's values, its prefixes included; false, having moved anywhere, for a type that is not known. */
export function skipColumn(cursor: NativeCursor, type: string, rows: number): boolean {
  return skipPrefix(cursor, type) && skipValues(cursor, type, rows);
}

/** Prefixes of the whole column stand before all values: LowCardinality has a version there. */
function skipPrefix(cursor: NativeCursor, type: string): boolean {
  const { name, args } = parts(aliases[type] ?? type);
  if (name === 'LowCardinality') {
    cursor.skip(8);
    return true;
  }
  return ['Array', 'Map', 'Tuple', 'Nullable', 'Nested'].includes(name)
    ? args.every((arg) => skipPrefix(cursor, elementType(name, arg)))
    : true;
}

function skipValues(cursor: NativeCursor, given: string, rows: number): boolean {
  const type = aliases[given] ?? given;
  const { name, args } = parts(type);
  const width = name === 'Decimal' ? decimalWidth(args) : widths[name];
  if (width !== undefined) {
    cursor.skip(width * rows);
    return true;
  }
  switch (name) {
    case 'String':
      for (let i = 0; i < rows; i++) cursor.skipString();
      return true;
    case 'FixedString':
      cursor.skip(Number(args[0]) * rows);
      return true;
    case 'Nullable':
      cursor.skip(rows);
      return skipValues(cursor, args[0]!, rows);
    case 'SimpleAggregateFunction':
      return skipValues(cursor, args[1]!, rows);
    case 'Tuple':
      if (args.length === 0) cursor.skip(rows);
      return args.every((arg) => skipValues(cursor, elementType(name, arg), rows));
    case 'Array':
    case 'Map':
    case 'Nested': {
      const total = lastOffset(cursor, rows);
      return args.every((arg) => skipValues(cursor, elementType(name, arg), total));
    }
    case 'LowCardinality':
      return skipLowCardinality(cursor, args[0]!, rows);
    default:
      return false;
  }
}

function lastOffset(cursor: NativeCursor, rows: number): number {
  if (rows === 0) return 0;
  cursor.skip(8 * (rows - 1));
  return cursor.uint64();
}

const keyWidths = [1, 2, 4, 8];

function skipLowCardinality(cursor: NativeCursor, inner: string, rows: number): boolean {
  if (rows === 0) return true;
  const flags = cursor.uint64();
  const { name, args } = parts(inner);
  if (!skipValues(cursor, name === 'Nullable' ? args[0]! : inner, cursor.uint64())) return false;
  cursor.skip((keyWidths[flags & 0xff] ?? 8) * cursor.uint64());
  return true;
}

function decimalWidth(args: readonly string[]): number {
  const precision = Number(args[0]);
  return precision <= 9 ? 4 : precision <= 18 ? 8 : precision <= 38 ? 16 : 32;
}

/** In tuples and nested types the element's name, quoted or not, may stand before its type. */
function elementType(container: string, arg: string): string {
  if (container !== 'Tuple' && container !== 'Nested') return arg;
  return /^(?:`(?:[^`\\]|\\.)*`|\w+) +(?=\w)(.*)$/s.exec(arg)?.[1] ?? arg;
}

function parts(type: string): { readonly name: string; readonly args: readonly string[] } {
  const open = type.indexOf('(');
  if (open < 0) return { name: type, args: [] };
  const args: string[] = [''];
  let depth = 0;
  let quote = '';
  for (let i = open + 1; i < type.length - 1; i++) {
    const character = type[i]!;
    if (quote !== '') {
      if (character === '\\') args[args.length - 1] += type[i++]!;
      else if (character === quote) quote = '';
    } else if (character === "'" || character === '`') quote = character;
    else if (character === '(') depth++;
    else if (character === ')') depth--;
    if (character === ',' && depth === 0 && quote === '') args.push('');
    else args[args.length - 1] += type[i]!;
  }
  return { name: type.slice(0, open), args: args.map((arg) => arg.trim()).filter((arg) => arg !== '') };
}
