import { typeArgument } from '../arguments';
import { readValue } from '../column';
import type { Codec, ColumnData, ColumnFamily } from '../column';
import { listCodec } from './array';
import type { ListLayout } from './array';
import { tupleCodec } from './tuple';
import type { TupleData } from './tuple';

/** Map(K, V): laid out as Array(Tuple(K, V)). In JSON text the keys are strings, whatever K is. */
export const map: ColumnFamily = {
  types: ['Map'],
  build(type, context) {
    const part = (index: number) => context.build(typeArgument(type, index, context.column));
    return mapCodec(part(0), part(1));
  },
};

/** A codec for rows of pairs. */
export function mapCodec(key: Codec, value: Codec): Codec {
  const layout: ListLayout = {
    json: mapJson,
    around: ['{', '}'],
    *item(cursor) {
      return pairJson(yield* readValue(cursor, key), yield* readValue(cursor, value));
    },
  };
  return listCodec(tupleCodec([key, value]), layout);
}

function mapJson(pairs: ColumnData, from: number, to: number): string {
  const [keys, values] = (pairs as TupleData).elements;
  const parts: string[] = [];
  for (let i = from; i < to; i++) parts.push(pairJson(keys!.json(i), values!.json(i)));
  return `{${parts.join(',')}}`;
}

const pairJson = (key: string, value: string) => `${key.startsWith('"') ? key : JSON.stringify(key)}:${value}`;
