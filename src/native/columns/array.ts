import { typeArgument } from '../arguments';
import { readValue } from '../column';
import type { Codec, ColumnData, ColumnFamily } from '../column';
import type { Cursor, Wait } from '../cursor';

/** Array(T): where each array ends (UInt64 per row, counted over the block), then all items one after another. */
export const array: ColumnFamily = {
  types: ['Array'],
  build: (type, context) => listCodec(context.build(typeArgument(type, 0, context.column)), arrayLayout),
};

/** Arrays, and what is laid out like them. */
export interface ListData extends ColumnData {
  /** End of each row's items; it begins where the row before ends. */
  readonly ends: Uint32Array;
  readonly items: ColumnData;
}

/** How rows of several items are written as JSON text. */
export interface ListLayout {
  /** Prints items `from` up to `to` (exclusive). */
  json(items: ColumnData, from: number, to: number): string;
  /** Reads one item that stands alone, as it is printed in {@link around}. */
  item(cursor: Cursor, inner: Codec): Wait<string>;
  readonly around: readonly [open: string, close: string];
}

const arrayLayout: ListLayout = { json: arrayJson, item: readValue, around: ['[', ']'] };

/** A codec for rows of several items each. Throws `native_corrupt` when the ends are not in order. */
export function listCodec(inner: Codec, layout: ListLayout): Codec {
  return {
    shape: { kind: 'other' },
    ...(inner.prefix && {
      *prefix(cursor: Cursor) {
        return listCodec(yield* inner.prefix!(cursor), layout);
      },
    }),
    *read(cursor, rows) {
      const ends = yield* readEnds(cursor, rows);
      const items = yield* inner.read(cursor, rows ? ends[rows - 1]! : 0);
      return listData(ends, items, layout.json);
    },
    *value(cursor) {
      const count = yield* cursor.varint('the length of an array');
      cursor.claim(count, 'array items');
      const parts: string[] = [];
      for (let i = 0; i < count; i++) parts.push(yield* layout.item(cursor, inner));
      const [open, close] = layout.around;
      return open + parts.join(',') + close;
    },
  };
}

/** Where each of `rows` rows of several items ends. Throws `native_corrupt` when the ends are not in order. */
export function* readEnds(cursor: Cursor, rows: number): Wait<Uint32Array> {
  const words = new Uint32Array((yield* cursor.bytes(rows * 8, 'array ends')).buffer);
  const ends = new Uint32Array(rows);
  let last = 0;
  for (let i = 0; i < rows; i++) {
    const end = words[2 * i]!;
    if (words[2 * i + 1] || end < last) throw cursor.corrupt(`array ${i + 1} of the block ends before it begins`);
    ends[i] = last = end;
  }
  return ends;
}

function listData(ends: Uint32Array, items: ColumnData, itemsJson: ListLayout['json']): ListData {
  const json = (row: number) => itemsJson(items, row ? ends[row - 1]! : 0, ends[row]!);
  return {
    ends,
    items,
    length: ends.length,
    copyTo(target, at) {
      for (let i = 0; i < ends.length; i++) target[at + i] = json(i);
    },
    json,
  };
}

function arrayJson(items: ColumnData, from: number, to: number): string {
  const parts: string[] = [];
  for (let i = from; i < to; i++) parts.push(items.json(i));
  return `[${parts.join(',')}]`;
}
