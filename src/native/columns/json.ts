import { sharedCodec, readTypedValue } from '../typedValues';
import { readNoRows } from '../variantColumns';
import { copyJson, openAll, readValue } from '../column';
import type { BuildContext, Codec, ColumnFamily, Plain } from '../column';
import { objectCodec } from '../objectColumns';
import { objectText, pathKeys } from '../objectText';
import { copyStrings } from '../text';
import { utf8Order } from '../utf8';
import { dynamicCodec } from './dynamic';
import { readStrings } from './string';

const versions = { first: 0, text: 1, second: 2, flattened: 3 } as const;

/**
 * JSON(…): the paths of this block, then a column per path: first those whose type is declared, then those of Dynamic,
 * then shared data, path by path in each row. Flattened, there is none; as text
 * (`output_format_native_write_json_as_string`) each row is a string.
 */
export const json: ColumnFamily = {
  types: ['JSON'],
  build(type, context) {
    const declared = new Map<string, Codec>();
    for (const { label, type: inner } of type.args)
      if (label !== undefined && inner) declared.set(label, context.build(inner));
    return jsonCodec(new Map([...declared].sort(([a], [b]) => utf8Order(a, b))), context);
  },
};

/** `declared` = the codecs of the paths whose type is declared, sorted by path. */
function jsonCodec(declared: ReadonlyMap<string, Codec>, context: BuildContext): Codec {
  const any = dynamicCodec(context);
  return {
    shape: { kind: 'other' },
    *prefix(cursor) {
      const version = yield* cursor.uint64('the JSON version');
      if (version === versions.text) return textCodec;
      if (version === versions.first) yield* cursor.varint('max_dynamic_paths');
      else if (version !== versions.second && version !== versions.flattened)
        throw cursor.corrupt(`JSON version ${version} is not known`);
      const paths = yield* cursor.texts('paths');
      const codecs = yield* openAll(cursor, [...declared.values(), ...paths.map(() => any)]);
      const layout = { paths: [...declared.keys(), ...paths], codecs, declared: declared.size };
      return objectCodec(version === versions.flattened ? layout : { ...layout, shared: sharedCodec(context) });
    },
    read: readNoRows,
    *value(cursor) {
      const entries: [path: string, json: string][] = [];
      const count = yield* cursor.varint('the number of paths');
      for (let i = 0; i < count; i++) {
        const path = yield* cursor.text('a path');
        const codec = declared.get(path);
        entries.push([path, codec ? yield* readValue(cursor, codec) : yield* readTypedValue(cursor, context)]);
      }
      entries.sort(([a], [b]) => utf8Order(a, b));
      return objectText(entries.map(([path, value]) => [pathKeys(path), value]));
    },
  };
}

/** Rows that are JSON text already. */
const textCodec: Codec = {
  shape: { kind: 'other' },
  *read(cursor, rows) {
    const texts = new Array<Plain>(rows);
    copyStrings(yield* readStrings(cursor, rows), texts, 0);
    const text = { length: rows, json: (row: number) => texts[row] as string };
    return { ...text, copyTo: (target, at) => copyJson(text, target, at) };
  },
};
