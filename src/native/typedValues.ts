import { readBinaryType } from './binaryType';
import { copyJson, readValue } from './column';
import type { BuildContext, Codec, ColumnData } from './column';
import { Cursor } from './cursor';
import type { Wait } from './cursor';
import { readStrings } from './columns/string';

/** Reads one value that brings its own type, as JSON text: the binary type, then the value as it stands alone. */
export function* readTypedValue(cursor: Cursor, context: BuildContext): Wait<string> {
  const type = yield* readBinaryType(cursor);
  return yield* readValue(cursor, context.buildText(type));
}

/**
 * The shared variant of Dynamic and the shared data of JSON, for what is beyond their maximum of types or paths: a
 * column of strings, each of which holds one value with its type. All are read to JSON text at once, so that damage shows while the column is read.
 */
export const sharedCodec = (context: BuildContext): Codec => ({
  shape: { kind: 'other' },
  *read(cursor, rows): Wait<ColumnData> {
    const { bytes, starts, ends } = yield* readStrings(cursor, rows);
    const values = new Array<string>(rows);
    const inner = new Cursor(cursor.maxBytes);
    inner.column = cursor.column;
    for (let i = 0; i < rows; i++) {
      inner.push(bytes.subarray(starts[i]!, ends[i]!));
      const step = readTypedValue(inner, context).next();
      if (!step.done || inner.available > 0) throw cursor.corrupt('a shared value is longer or shorter than it says');
      values[i] = step.value;
    }
    const json = (row: number) => values[row]!;
    return { length: rows, json, copyTo: (target, at) => copyJson({ length: rows, json }, target, at) };
  },
});
