import { typeArgument } from '../arguments';
import type { ColumnFamily } from '../column';

/** SimpleAggregateFunction(f, T): stored and sent as a plain T. */
export const simpleAggregateFunction: ColumnFamily = {
  types: ['SimpleAggregateFunction'],
  build: (type, context) => context.build(typeArgument(type, 1, context.column)),
};
