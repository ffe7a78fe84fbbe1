/** Columns that a SELECT adds to those of the one below, by name. */
export type Layer = Readonly<Record<string, string>>;

/**
 * SELECTs one around the other, each with all columns of the one below and its own. So an expression is written once however often
 * the next layer names it; an alias of an alias would be spelled out each time.
 */
export function layered(base: string, layers: readonly Layer[]): string {
  return layers.reduce((from, layer) => {
    const added = Object.entries(layer).map(([name, sql]) => `${sql} AS ${name}`);
    return added.length === 0 ? from : `SELECT *, ${added.join(',\n  ')}\nFROM (\n${from}\n)`;
  }, base);
}

/** `arrayMap` over arrays of one length, whose elements the expression names. */
export function each(sql: string, arrays: Readonly<Record<string, string>>): string {
  const names = Object.keys(arrays);
  return `arrayMap((${names.join(', ')}) -> ${sql}, ${Object.values(arrays).join(', ')})`;
}

/** Every element becomes the nearest one at or after it for which the condition on `p` holds; `none` where there is none. */
export function nextWhere(condition: string, array: string, none: string, moments = 'tm_ps'): string {
  const kept = each(`if(${condition}, x, ${none})`, { x: array, p: moments });
  return `arrayReverseFill((x, p) -> ${condition}, ${kept}, ${moments})`;
}

/** What is known where a row serves a step, and is carried back to the first step of its way. */
export interface Known {
  /** Its column once it is carried: `tm_<step>_<name>`; at the entries `tm_a_<name>`. */
  readonly name: string;
  /** Array that has it at each moment. */
  readonly here: string;
  readonly none: string;
}
