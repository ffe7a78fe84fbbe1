import type { Cursor, Wait } from './cursor';

/** Types of one byte. */
const plain: Readonly<Record<number, string>> = {
  0x00: 'Nothing',
  0x01: 'UInt8',
  0x02: 'UInt16',
  0x03: 'UInt32',
  0x04: 'UInt64',
  0x05: 'UInt128',
  0x06: 'UInt256',
  0x07: 'Int8',
  0x08: 'Int16',
  0x09: 'Int32',
  0x0a: 'Int64',
  0x0b: 'Int128',
  0x0c: 'Int256',
  0x0d: 'Float32',
  0x0e: 'Float64',
  0x0f: 'Date',
  0x10: 'Date32',
  0x11: 'DateTime',
  0x15: 'String',
  0x1d: 'UUID',
  0x28: 'IPv4',
  0x29: 'IPv6',
  0x2d: 'Bool',
  0x31: 'BFloat16',
  0x32: 'Time',
};

const intervals = [
  ...['Nanosecond', 'Microsecond', 'Millisecond', 'Second', 'Minute', 'Hour', 'Day', 'Week', 'Month'],
  ...['Quarter', 'Year'],
];

/** What stands behind the first byte of a type, read to the type's text. `inner` reads a type inside it. */
type Rest = (cursor: Cursor, inner: () => Wait<string>) => Wait<string>;

const rests: Readonly<Record<number, Rest>> = {
  0x12: function* (cursor) {
    return `DateTime(${yield* quotedText(cursor)})`;
  },
  0x13: function* (cursor) {
    return `DateTime64(${yield* byte(cursor)})`;
  },
  0x14: function* (cursor) {
    return `DateTime64(${yield* byte(cursor)}, ${yield* quotedText(cursor)})`;
  },
  0x16: function* (cursor) {
    return `FixedString(${yield* cursor.varint('a length')})`;
  },
  0x17: (cursor) => enumText(cursor, 1),
  0x18: (cursor) => enumText(cursor, 2),
  0x19: decimalText,
  0x1a: decimalText,
  0x1b: decimalText,
  0x1c: decimalText,
  0x1e: function* (_, inner) {
    return `Array(${yield* inner()})`;
  },
  0x1f: function* (cursor, inner) {
    return `Tuple(${yield* list(cursor, inner)})`;
  },
  0x20: function* (cursor, inner) {
    return `Tuple(${yield* list(cursor, () => named(cursor, inner))})`;
  },
  0x22: function* (cursor) {
    return `Interval${intervals[yield* byte(cursor)] ?? ''}`;
  },
  0x23: function* (_, inner) {
    return `Nullable(${yield* inner()})`;
  },
  0x25: function* (cursor) {
    yield* cursor.varint('a version');
    return `AggregateFunction(${backQuoted(yield* cursor.text('a function name'))})`;
  },
  0x26: function* (_, inner) {
    return `LowCardinality(${yield* inner()})`;
  },
  0x27: function* (_, inner) {
    return `Map(${yield* inner()}, ${yield* inner()})`;
  },
  0x2a: function* (cursor, inner) {
    return `Variant(${yield* list(cursor, inner)})`;
  },
  0x2b: function* (cursor) {
    return `Dynamic(max_types=${yield* byte(cursor)})`;
  },
  // Types that are other names of others, such as Point, come as text.
  0x2c: (cursor) => cursor.text('a type name'),
  0x2e: function* (cursor, inner) {
    const name = backQuoted(yield* cursor.text('a function name'));
    if (yield* cursor.varint('the number of parameters'))
      throw cursor.corrupt(`SimpleAggregateFunction(${name}) with parameters is not known`);
    return `SimpleAggregateFunction(${name}, ${yield* list(cursor, inner)})`;
  },
  0x2f: function* (cursor, inner) {
    return `Nested(${yield* list(cursor, () => named(cursor, inner))})`;
  },
  0x30: jsonText,
  0x34: function* (cursor) {
    return `Time64(${yield* byte(cursor)})`;
  },
  0x36: function* (cursor, inner) {
    return `QBit(${yield* inner()}, ${yield* cursor.varint('a dimension')})`;
  },
  0x37: function* (cursor, inner) {
    return `QBit(${yield* inner()}, ${yield* cursor.varint('a dimension')}, ${yield* cursor.varint('a stride')})`;
  },
};

const maxDepth = 64;

/**
 * Reads a type in the server's binary encoding and returns it as text, such as `Array(Nullable(Int64))`. Throws
 * `native_corrupt` for a code that is not known and for types nested deeper than 64.
 */
export function* readBinaryType(cursor: Cursor, depth = 0): Wait<string> {
  const code = yield* byte(cursor);
  const name = plain[code];
  if (name !== undefined) return name;
  const rest = rests[code];
  if (!rest) throw cursor.corrupt(`a value has a type of the unknown code ${code}`);
  if (depth >= maxDepth) throw cursor.corrupt(`types are nested deeper than ${maxDepth}`);
  return yield* rest(cursor, () => readBinaryType(cursor, depth + 1));
}

function* byte(cursor: Cursor): Wait<number> {
  yield* cursor.need(1, 'a type');
  return cursor.byte();
}

function* list(cursor: Cursor, item: () => Wait<string>): Wait<string> {
  const count = yield* cursor.varint('the number of types');
  const items: string[] = [];
  for (let i = 0; i < count; i++) items.push(yield* item());
  return items.join(', ');
}

function* named(cursor: Cursor, inner: () => Wait<string>): Wait<string> {
  return `${backQuoted(yield* cursor.text('an element name'))} ${yield* inner()}`;
}

function* decimalText(cursor: Cursor): Wait<string> {
  return `Decimal(${yield* byte(cursor)}, ${yield* byte(cursor)})`;
}

function* enumText(cursor: Cursor, bytes: 1 | 2): Wait<string> {
  const item = function* () {
    const name = yield* quotedText(cursor);
    const value = yield* cursor.bytes(bytes, 'an Enum value');
    return `${name} = ${bytes === 1 ? new Int8Array(value.buffer)[0] : new Int16Array(value.buffer)[0]}`;
  };
  return `Enum${8 * bytes}(${yield* list(cursor, item)})`;
}

function* jsonText(cursor: Cursor, inner: () => Wait<string>): Wait<string> {
  const version = yield* byte(cursor);
  if (version !== 0) throw cursor.corrupt(`version ${version} of the JSON type is not known`);
  yield* cursor.varint('max_dynamic_paths');
  yield* byte(cursor);
  const typed = yield* list(cursor, () => named(cursor, inner));
  // Paths and expressions that were left out on insert say nothing about the data.
  for (const _ of [1, 2]) yield* list(cursor, () => cursor.text('a path'));
  return `JSON(${typed})`;
}

const backQuoted = (name: string) => `\`${name.replace(/[\\`]/g, '\\$&')}\``;

function* quotedText(cursor: Cursor): Wait<string> {
  return `'${(yield* cursor.text('a name')).replace(/[\\']/g, '\\$&')}'`;
}
