/** How a filter can ask a column: by its value, by the elements of its list, by its text, or not at all. */
export type Asked = 'value' | 'list' | 'text' | 'never';

/** How a column of the type is asked; a type that is not known is asked by its value. Never throws. */
export function askedOf(type: string | undefined): Asked {
  const plain = bare(type ?? '');
  if (/^(Array|Nested)\b/.test(plain)) return elementOf(plain) === undefined ? 'never' : 'list';
  if (/^(JSON|Object|Dynamic|Variant)\b/.test(plain)) return 'text';
  return /^(Map|Tuple|AggregateFunction|Point|Ring|Polygon|MultiPolygon|LineString)\b/.test(plain) ? 'never' : 'value';
}

/** The type of a list's elements; undefined where they are lists, maps or tuples themselves, or it is no list. */
export function elementOf(type: string): string | undefined {
  const inner = /^Array\((.*)\)$/s.exec(bare(type))?.[1];
  return inner === undefined || ['list', 'never'].includes(askedOf(inner)) ? undefined : inner;
}

/** Types of a map's keys and values; undefined where it is no map. */
export function mapOf(type: string): { readonly key: string; readonly value: string } | undefined {
  const inner = /^Map\((.*)\)$/s.exec(bare(type))?.[1];
  const comma = inner === undefined ? -1 : outerComma(inner);
  return comma < 0 ? undefined : { key: inner!.slice(0, comma).trim(), value: inner!.slice(comma + 1).trim() };
}

/** Whether values of the type are texts, so that a string literal is one without a cast. */
export function isText(type: string): boolean {
  return /^(String|FixedString\(\d+\))$/.test(bare(type));
}

/** The type without what only says how it is stored. */
export function bare(type: string): string {
  const inner = /^(?:Nullable|LowCardinality)\((.*)\)$/s.exec(type.trim())?.[1];
  return inner === undefined ? type.trim() : bare(inner);
}

function outerComma(text: string): number {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(') depth++;
    if (text[i] === ')') depth--;
    if (text[i] === ',' && depth === 0) return i;
  }
  return -1;
}
