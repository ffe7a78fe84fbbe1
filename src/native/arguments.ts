import { fail } from './errors';
import type { TypeNode } from './typeText';

const missing = (type: TypeNode, index: number, what: string, column: string) =>
  fail('native_bad_type', { column, type: type.text, what: `argument ${index + 1} is not ${what}`, position: 1 });

/** The number at `index` of a type's arguments. Throws `native_bad_type`. */
export function numberArgument(type: TypeNode, index: number, column: string): number {
  const value = type.args[index]?.literal;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0)
    throw missing(type, index, 'a whole number', column);
  return value;
}

/** The number at `index`, from `least` to `most`. Throws `native_bad_type`. */
export function rangeArgument(type: TypeNode, index: number, column: string, [least, most]: [number, number]): number {
  const value = numberArgument(type, index, column);
  if (value < least || value > most) throw missing(type, index, `from ${least} to ${most}`, column);
  return value;
}

/** The inner type at `index` of a type's arguments. Throws `native_bad_type`. */
export function typeArgument(type: TypeNode, index: number, column: string): TypeNode {
  const inner = type.args[index]?.type;
  if (!inner) throw missing(type, index, 'a type', column);
  return inner;
}

/** The zone at `index`, or undefined where the type names none. */
export function zoneArgument(type: TypeNode, index: number): string | undefined {
  const value = type.args[index]?.literal;
  return typeof value === 'string' ? value : undefined;
}
