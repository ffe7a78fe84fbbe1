import { sharedCodec, readTypedValue } from '../typedValues';
import { readVariants, readNoRows } from '../variantColumns';
import type { Discriminators } from '../variantColumns';
import { openAll } from '../column';
import type { BuildContext, Codec, ColumnFamily } from '../column';
import { utf8Order } from '../utf8';
import { variantCodec } from './variant';

/** The type whose values bring their own types; it takes part in the order of the types by name. */
const sharedVariant = 'SharedVariant';
const versions = { first: 1, second: 2, flattened: 3 } as const;

/**
 * Dynamic: the types of this block (by name, sorted), then a Variant of them and of the shared variant. Flattened
 * (`output_format_native_use_flattened_dynamic_and_json_serialization`), nothing is shared.
 */
export const dynamic: ColumnFamily = {
  types: ['Dynamic'],
  build: (_, context) => dynamicCodec(context),
};

/** A codec for values of any type. */
export function dynamicCodec(context: BuildContext): Codec {
  return {
    shape: { kind: 'other' },
    *prefix(cursor) {
      const version = yield* cursor.uint64('the Dynamic version');
      if (version === versions.first) yield* cursor.varint('max_types');
      else if (version !== versions.second && version !== versions.flattened)
        throw cursor.corrupt(`Dynamic version ${version} is not known`);
      const names = yield* cursor.texts('types');
      const codecOf = (name: string) => (name === sharedVariant ? sharedCodec(context) : context.buildText(name));
      if (version === versions.flattened) return flattenedCodec(yield* openAll(cursor, names.map(codecOf)));
      return yield* variantCodec([...names, sharedVariant].sort(utf8Order).map(codecOf)).prefix!(cursor);
    },
    read: readNoRows,
    value: (cursor) => readTypedValue(cursor, context),
  };
}

/** The index of each row's type, as wide as it needs to be; one more than the last type is NULL. */
function flattenedCodec(codecs: readonly Codec[]): Codec {
  const none = codecs.length;
  const Indexes = none < 0x100 ? Uint8Array : none < 0x10000 ? Uint16Array : Uint32Array;
  return {
    shape: { kind: 'other' },
    *read(cursor, rows) {
      const { buffer } = yield* cursor.bytes(rows * Indexes.BYTES_PER_ELEMENT, 'type indexes');
      const discriminators: Discriminators = new Indexes(buffer);
      return yield* readVariants(cursor, discriminators, none, codecs);
    },
  };
}
