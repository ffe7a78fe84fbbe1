/** What a type of a server-side parameter asks of its text. */
export type ParameterShape =
  | { readonly kind: 'scalar' }
  /** `{t:Identifier}`: a name, taken as it is. */
  | { readonly kind: 'identifier' }
  | { readonly kind: 'list'; readonly element: 'number' | 'bool' | 'text' | 'nested' };

const numbers =
  /^(U?Int\d+|B?Float\d+|Decimal\d*|(TINY|SMALL|MEDIUM|BIG)?INT\d?|INTEGER|FLOAT|DOUBLE( PRECISION)?|REAL|DEC|NUMERIC|BYTE)\b/i;

/**
 * Reads a parameter's type as far as its text depends on it. Never throws: an unknown type is a scalar, the server then
 * says what is wrong with it.
 * @example shapeOf('Array(Nullable(UInt8))') // { kind: 'list', element: 'number' }
 */
export function shapeOf(type: string): ParameterShape {
  const plain = unwrap(type);
  if (/^Identifier$/i.test(plain)) return { kind: 'identifier' };
  const element = /^Array\s*\((.*)\)$/is.exec(plain)?.[1];
  if (element === undefined) return { kind: 'scalar' };
  const inner = unwrap(element);
  if (/^(Array|Map|Tuple|Nested|JSON|Object|Variant|Dynamic|Point|Ring|Polygon|MultiPolygon)\b/i.test(inner))
    return { kind: 'list', element: 'nested' };
  if (/^bool(ean)?$/i.test(inner)) return { kind: 'list', element: 'bool' };
  return { kind: 'list', element: numbers.test(inner) ? 'number' : 'text' };
}

function unwrap(type: string): string {
  const inner = /^\s*(?:Nullable|LowCardinality)\s*\((.*)\)\s*$/is.exec(type)?.[1];
  return inner === undefined ? type.trim() : unwrap(inner);
}
