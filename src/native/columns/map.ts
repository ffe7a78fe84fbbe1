import { typeArgument } from '../arguments';
import type { ColumnData, ColumnFamily } from '../column';
import { listCodec } from './array';
import { tupleCodec } from './tuple';
import type { TupleData } from './tuple';

/** Map(K, V): laid out as Array(Tuple(K, V)). In JSON text the keys are strings, whatever K is. */
export const map: ColumnFamily = {
  types: ['Map'],
  build(type, context) {
    const part = (index: number) => context.build(typeArgument(type, index, context.column));
    return listCodec(tupleCodec([part(0), part(1)]), mapJson);
  },
};

function mapJson(pairs: ColumnData, from: number, to: number): string {
  const [keys, values] = (pairs as TupleData).elements;
  const parts: string[] = [];
  for (let i = from; i < to; i++) {
    const key = keys!.json(i);
    parts.push(`${key.startsWith('"') ? key : JSON.stringify(key)}:${values!.json(i)}`);
  }
  return `{${parts.join(',')}}`;
}
