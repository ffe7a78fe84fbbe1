import type { Codec, ColumnFamily } from './column';
import { columnFamilies } from './columns/table';
import { fail } from './errors';
import type { TypeNode } from './typeText';

let byName: ReadonlyMap<string, ColumnFamily> | undefined;

/**
 * The codec of a type. `zone` is that of DateTime columns which name none. Throws `native_unsupported_type`,
 * `native_aggregate_state` or `native_bad_type`, each naming `column`.
 */
export function buildCodec(type: TypeNode, column: string, zone: string): Codec {
  byName ??= new Map(columnFamilies.flatMap((family) => family.types.map((name) => [name, family])));
  const family = byName.get(type.name);
  if (family) return family.build(type, { column, zone, build: (inner) => buildCodec(inner, column, zone) });
  const code = type.name === 'AggregateFunction' ? 'native_aggregate_state' : 'native_unsupported_type';
  throw fail(code, { column, type: type.text });
}
