import type { ColumnFamily } from '../column';

/** Nested(a T, …), as seen with `flatten_nested = 0`: laid out as Array(Tuple(a T, …)). */
export const nested: ColumnFamily = {
  types: ['Nested'],
  build(type, context) {
    const row = { name: 'Tuple', args: type.args, text: type.text };
    return context.build({ name: 'Array', args: [{ type: row }], text: type.text });
  },
};
