import { openAll, readValue } from '../column';
import type { Codec, ColumnData, ColumnFamily } from '../column';
import type { Cursor } from '../cursor';

/**
 * Tuple(…): its elements as columns one after another; JSON text is an object when they have names, otherwise an
 * array. Tuple() has one meaningless byte per row. Nested(…) is an array of such tuples.
 */
export const tuple: ColumnFamily = {
  types: ['Tuple'],
  build(type, context) {
    const names = type.args.map((arg) => arg.label);
    const elements = type.args.map((arg) => context.build(arg.type ?? { name: '', args: [], text: type.text }));
    return tupleCodec(elements, names.every((name) => name !== undefined) ? (names as string[]) : undefined);
  },
};

/** Columns that belong together, row by row. */
export interface TupleData extends ColumnData {
  readonly elements: readonly ColumnData[];
}

/** A codec for several columns side by side; `names` makes objects of the rows. */
export function tupleCodec(elements: readonly Codec[], names?: readonly string[]): Codec {
  const keys = names?.map((name) => JSON.stringify(name));
  return {
    shape: { kind: 'other' },
    ...(elements.some((element) => element.prefix) && {
      *prefix(cursor: Cursor) {
        return tupleCodec(yield* openAll(cursor, elements), names);
      },
    }),
    *read(cursor, rows) {
      if (elements.length === 0) yield* cursor.bytes(rows, 'values');
      const data: ColumnData[] = [];
      for (const element of elements) data.push(yield* element.read(cursor, rows));
      return tupleData(data, rows, keys);
    },
    *value(cursor) {
      const parts: string[] = [];
      for (const element of elements) parts.push(yield* readValue(cursor, element));
      return tupleJson(parts, keys);
    },
  };
}

function tupleData(elements: readonly ColumnData[], length: number, keys?: readonly string[]): TupleData {
  const json = (row: number) =>
    tupleJson(
      elements.map((element) => element.json(row)),
      keys,
    );
  return {
    elements,
    length,
    copyTo(target, at) {
      for (let i = 0; i < length; i++) target[at + i] = json(i);
    },
    json,
  };
}

const tupleJson = (parts: readonly string[], keys?: readonly string[]) =>
  keys?.length ? `{${parts.map((part, i) => `${keys[i]}:${part}`).join(',')}}` : `[${parts.join(',')}]`;
