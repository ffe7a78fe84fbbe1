// Grafana's three spellings, and what may stand in each.
const pattern =
  /\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\$\{(\w+)((?:\.[^:^{}[\]]+|\["[^"]*"\]|\['[^']*'\]|\[[^\]"']*\])*)(?::([^}]+))?\}/g;

/** A place in a text where a variable is asked for. */
export interface Reference {
  /** As it stands in the text, e.g. `${v:csv}`. */
  readonly text: string;
  readonly name: string;
  /** `a.b` of `${v.a.b}`. */
  readonly field?: string;
  /** `csv` of `${v:csv}`, with its arguments: `date:YYYY`. */
  readonly format?: string;
}

/** Fills in each `$v`, `${v}`, `${v.field}`, `${v:format}`, `[[v]]`, `[[v:format]]`, in one pass: what is put in is not read again. */
export function replaceReferences(text: string, replace: (reference: Reference) => string): string {
  return text.replace(pattern, (found: string, ...groups: (string | undefined)[]) => {
    const [plain, square, squareFormat, curly, path, curlyFormat] = groups;
    const format = squareFormat ?? curlyFormat;
    return replace({
      text: found,
      name: plain ?? square ?? curly ?? '',
      ...(path ? { field: fieldPath(path) } : {}),
      ...(format ? { format } : {}),
    });
  });
}

/** `.a["b c"][0]` as `a.b c.0`. */
function fieldPath(path: string): string {
  return path.replace(/\[["']?([^\]"']*)["']?\]/g, '.$1').replace(/^\./, '');
}
