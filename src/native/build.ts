import type { BuildContext, Codec, ColumnFamily } from './column';
import { columnFamilies } from './columns/table';
import { fail } from './errors';
import { parseType } from './typeText';
import type { TypeNode } from './typeText';

let byName: ReadonlyMap<string, ColumnFamily> | undefined;

/** Types that data name inside each other (arrays of JSON in JSON …): deeper than people nest, shallow for the stack. */
const maxDepth = 200;

/**
 * The codec of a type. `zone` is that of DateTime columns which name none. Throws `native_unsupported_type`,
 * `native_aggregate_state` or `native_bad_type`, each naming `column`.
 */
export function buildCodec(type: TypeNode, column: string, zone: string): Codec {
  return contextAt(0, { column, zone, byText: new Map() }).build(type);
}

interface Shared {
  readonly column: string;
  readonly zone: string;
  /** Codecs already made for types named in the data, by depth and text. */
  readonly byText: Map<string, Codec>;
}

function contextAt(depth: number, shared: Shared): BuildContext {
  const { column, zone, byText } = shared;
  const build = (type: TypeNode): Codec => {
    if (depth > maxDepth) {
      const what = `types are nested deeper than ${maxDepth}`;
      throw fail('native_bad_type', { column, type: type.text, what, position: 1 });
    }
    return familyOf(type, column).build(type, contextAt(depth + 1, shared));
  };
  return {
    column,
    zone,
    build,
    buildText(text) {
      const key = `${depth} ${text}`;
      const codec = byText.get(key) ?? build(parseType(text, column));
      byText.set(key, codec);
      return codec;
    },
  };
}

function familyOf(type: TypeNode, column: string): ColumnFamily {
  byName ??= new Map(columnFamilies.flatMap((family) => family.types.map((name) => [name, family])));
  const family = byName.get(type.name);
  if (family) return family;
  const code = type.name === 'AggregateFunction' ? 'native_aggregate_state' : 'native_unsupported_type';
  throw fail(code, { column, type: type.text });
}
