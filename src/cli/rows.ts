/** The part of a `FORMAT JSON` answer that is read. */
interface JsonAnswer {
  readonly meta: readonly { readonly name: string; readonly type: string }[];
  readonly data: readonly Record<string, unknown>[];
}

const token = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const wide = /^(?:Nullable\()?U?Int(?:64|128|256)\)?$/;

/**
 * Reads the text of a `FORMAT JSON` answer into rows. Integers within ±2^53 become numbers whatever the server's quoting
 * setting is; greater ones stay exact as strings, also inside arrays. Decimals become numbers: ask for `toString(x)`
 * where digits beyond a double matter. Throws SyntaxError where the text is no JSON.
 */
export function rowsOf<Row>(text: string): Row[] {
  const exact = text.replace(token, (part) => (/^-?\d{16,}$/.test(part) && !safe(part) ? `"${part}"` : part));
  const { meta, data } = JSON.parse(exact) as JsonAnswer;
  const quoted = meta.filter(({ type }) => wide.test(type)).map(({ name }) => name);
  for (const row of data)
    for (const name of quoted) {
      const value = row[name];
      if (typeof value === 'string' && safe(value)) row[name] = Number(value);
    }
  return data as Row[];
}

const safe = (digits: string): boolean => Number.isSafeInteger(Number(digits));
