/** The type inside LowCardinality and Nullable. */
export function bareType(type: string): string {
  const inner = /^(?:LowCardinality|Nullable)\((.*)\)$/s.exec(type)?.[1];
  return inner === undefined ? type : bareType(inner);
}

/** Whether values of the type itself (not of its parts) may be NULL. Dynamic and Variant always may. */
export const mayBeNull = (type: string): boolean =>
  /^(LowCardinality\()?Nullable\(/.test(type) || /^(Dynamic|Variant)(\(|$)/.test(type);

const numeric = /^(U?Int|Float|Decimal|BFloat)/;
const instant = { fits: /^(DateTime|DateTime64|Date|Date32)(\(|$)/, text: 'a Date, DateTime or DateTime64' };
const number = { fits: numeric, text: 'a number' };
const flag = { fits: /^(Bool|U?Int8)$/, text: 'a Bool or UInt8' };
const key = {
  fits: /^(U?Int(8|16|32|64|128|256)|String|FixedString\(\d+\)|UUID|Enum(8|16)\(.*\))$/s,
  text: 'an integer, a String or a UUID',
};

/** What a logical column must be for the rollups to hold; columns not named may be anything. The same in all roles. */
export const wanted: Readonly<Record<string, { readonly fits: RegExp; readonly text: string }>> = {
  time: instant,
  refundTime: instant,
  ingestedAt: { fits: /^DateTime(64)?(\(|$)/, text: 'a DateTime or DateTime64' },
  user: key,
  subscription: key,
  amount: number,
  refundAmount: number,
  mrr: number,
  durationMs: number,
  status: number,
  version: number,
  error: flag,
  deleted: flag,
};

/**
 * Arguments of a parametric type at its own level; none where it has no parentheses.
 * @example typeArguments('Map(String, Tuple(a UInt8, b String))') // ['String', 'Tuple(a UInt8, b String)']
 */
export function typeArguments(type: string): readonly string[] {
  const open = type.indexOf('(');
  return open < 0 ? [] : splitTopLevel(type.slice(open + 1, -1));
}

/** Parts between commas that stand in no parentheses and no quotes. */
export function splitTopLevel(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = '';
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? '';
    if (quote !== '') {
      if (char === '\\') i++;
      else if (char === quote) quote = '';
    } else if (char === "'" || char === '`' || char === '"') quote = char;
    else if (char === '(') depth++;
    else if (char === ')') depth--;
    else if (char === ',' && depth === 0) {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  const last = text.slice(start).trim();
  return last === '' ? parts : [...parts, last];
}

/** Elements of a Tuple: name (the position where it has none, counted from 1) → type. */
export function tupleElements(type: string): ReadonlyMap<string, string> {
  return new Map(
    typeArguments(type).map((element, i) => {
      const named = /^(?:`((?:[^`\\]|\\.)*)`|([A-Za-z_]\w*)) (.+)$/s.exec(element);
      const name = named?.[1]?.replace(/\\(.)/g, '$1') ?? named?.[2] ?? String(i + 1);
      return [name, named?.[3] ?? element];
    }),
  );
}
