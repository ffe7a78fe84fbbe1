import { openAll, readValue } from '../column';
import type { Codec, ColumnFamily } from '../column';
import { readVariants, readNoRows } from '../variantColumns';

/** The discriminators of a Variant as they come over HTTP, one per row. A shorter form exists on disk only. */
const plainMode = 0;
/** The discriminator of NULL. */
const none = 255;

/**
 * Variant(…): a mode, then which type each row has (UInt8, in the order of the type's arguments, 255 = NULL), then per
 * type a column of only its own rows.
 */
export const variant: ColumnFamily = {
  types: ['Variant'],
  build: (type, context) =>
    variantCodec(type.args.map((arg) => context.build(arg.type ?? { name: '', args: [], text: type.text }))),
};

/** A codec for rows of changing type. The prefixes of all types stand behind the mode. */
export function variantCodec(codecs: readonly Codec[]): Codec {
  return {
    shape: { kind: 'other' },
    *prefix(cursor) {
      const mode = yield* cursor.uint64('the discriminators mode');
      if (mode !== plainMode) throw cursor.corrupt(`mode ${mode} of Variant is not sent over HTTP`);
      return openedCodec(yield* openAll(cursor, codecs));
    },
    read: readNoRows,
    *value(cursor) {
      yield* cursor.need(1, 'a discriminator');
      const discriminator = cursor.byte();
      if (discriminator === none) return 'null';
      const codec = codecs[discriminator];
      if (!codec) throw cursor.corrupt(`a value has type ${discriminator} of ${codecs.length}`);
      return yield* readValue(cursor, codec);
    },
  };
}

const openedCodec = (codecs: readonly Codec[]): Codec => ({
  shape: { kind: 'other' },
  *read(cursor, rows) {
    return yield* readVariants(cursor, yield* cursor.bytes(rows, 'discriminators'), none, codecs);
  },
});
