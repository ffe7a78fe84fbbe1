import type { ColumnData, ColumnFamily } from '../column';

/** Enum8 and Enum16: the name behind the stored number. A number that the type does not name is corrupt. */
export const enumeration: ColumnFamily = {
  types: ['Enum8', 'Enum16'],
  build(type) {
    const names = new Map(type.args.map((arg) => [Number(arg.literal), arg.label ?? '']));
    const inOrder = [...names].sort(([a], [b]) => a - b).map(([, name]) => name);
    const short = type.name === 'Enum8';
    return {
      shape: { kind: 'string', names: inOrder },
      *read(cursor, rows) {
        const { buffer } = yield* cursor.bytes(rows * (short ? 1 : 2), 'values');
        const values = short ? new Int8Array(buffer) : new Int16Array(buffer);
        for (const value of values)
          if (!names.has(value)) throw cursor.corrupt(`the value ${value} is not among those of its Enum type`);
        return {
          length: rows,
          copyTo(target, at) {
            for (let i = 0; i < rows; i++) target[at + i] = names.get(values[i]!)!;
          },
          json: (row) => JSON.stringify(names.get(values[row]!)),
        } satisfies ColumnData;
      },
    };
  },
};
