/** A path of JSON, `a.b`, as the JSON texts of its keys. */
export type PathKeys = readonly string[];

/** The keys of a path. */
export const pathKeys = (path: string): PathKeys => path.split('.').map((key) => JSON.stringify(key));

/**
 * The JSON object of paths and their JSON texts, which come sorted by path. Paths that begin alike share objects where
 * they stand next to each other: `a.b`, `a.c`, `d` → `{"a":{"b":…,"c":…},"d":…}`.
 */
export function objectText(entries: Iterable<readonly [keys: PathKeys, json: string]>): string {
  let out = '{';
  let open: readonly string[] = [];
  let first = true;
  for (const [keys, json] of entries) {
    const last = keys.length - 1;
    let same = 0;
    while (same < open.length && same < last && open[same] === keys[same]) same++;
    if (same < open.length) {
      out += '}'.repeat(open.length - same);
      first = false;
    }
    for (let i = same; i < last; i++) {
      out += `${first ? '' : ','}${keys[i]}:{`;
      first = true;
    }
    out += `${first ? '' : ','}${keys[last]}:${json}`;
    first = false;
    open = keys.slice(0, last);
  }
  return out + '}'.repeat(open.length + 1);
}
