import { fail } from './errors';

/** A ClickHouse type as a tree, read from the text that the server sends with each column. */
export interface TypeNode {
  readonly name: string;
  readonly args: readonly TypeArg[];
  /** The text it was read from, as the server spelled it. */
  readonly text: string;
}

/**
 * One argument of a type: a type (`Array(Int8)`), a named type (`Tuple(a Int8)`), a literal (`DateTime64(3, 'UTC')`),
 * or a labelled literal (`Enum8('x' = 1)`, `Dynamic(max_types=8)`, `JSON(SKIP a.b)` with the label SKIP). Quotes and
 * escapes are already taken off.
 */
export interface TypeArg {
  readonly label?: string;
  readonly type?: TypeNode;
  readonly literal?: string | number;
}

/** Deepest nesting accepted: far above what people write, far below where recursion would hurt. */
const maxDepth = 64;

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '0': '\0',
  b: '\b',
  f: '\f',
  a: '\x07',
  v: '\v',
};

/**
 * Parses a type text such as `Map(String, Nullable(DateTime64(3, 'Asia/Tokyo')))`. Nothing is lost: `text` of each node
 * is its source. Throws `native_bad_type` naming `column` and the place.
 * @example parseType('Array(UInt8)', 'a') // { name: 'Array', args: [{ type: { name: 'UInt8', … } }], … }
 */
export function parseType(text: string, column: string): TypeNode {
  let at = 0;

  const bad = (what: string) => fail('native_bad_type', { column, type: text, what, position: at + 1 });

  const space = () => {
    while (text[at] === ' ' || text[at] === '\n') at++;
  };

  const quoted = (): string => {
    const quote = text[at++];
    let out = '';
    for (;;) {
      const char = text[at++];
      if (char === undefined) throw bad(`a quote ${quote} is not closed`);
      if (char === '\\') {
        const next = text[at++];
        if (next === undefined) throw bad('an escape has no character');
        if (next === 'x' && /^[0-9a-fA-F]{2}$/.test(text.slice(at, at + 2))) {
          out += String.fromCharCode(parseInt(text.slice(at, at + 2), 16));
          at += 2;
        } else out += escapes[next] ?? next;
      } else if (char === quote) {
        if (text[at] !== quote) return out;
        out += quote;
        at++;
      } else out += char;
    }
  };

  const word = (): string => {
    if (text[at] === '`' || text[at] === '"') return quoted();
    const match = /^[^\s(),='"`]+/.exec(text.slice(at, at + 512));
    if (!match) throw bad('a name is missing');
    at += match[0].length;
    return match[0];
  };

  const literal = (): string | number => {
    if (text[at] === "'") return quoted();
    const found = word();
    return Number.isNaN(Number(found)) ? found : Number(found);
  };

  const argument = (depth: number): TypeArg => {
    space();
    const start = at;
    if (text[at] === "'" || /[-+0-9]/.test(text[at] ?? '')) {
      const value = literal();
      space();
      if (text[at] !== '=') return { literal: value };
      at++;
      space();
      return { label: String(value), literal: literal() };
    }
    const name = word();
    const bare = at - start === name.length;
    space();
    if (text[at] === '=') {
      at++;
      space();
      return { label: name, literal: literal() };
    }
    if (at >= text.length || '(,)'.includes(text[at]!)) return { type: rest(name, start, depth) };
    if (bare && name === 'SKIP') return { label: name, literal: skipped() };
    const typeStart = at;
    return { label: name, type: rest(word(), typeStart, depth) };
  };

  /** What JSON leaves out: a path, or `REGEXP` and an expression. */
  const skipped = (): string => {
    const path = word();
    space();
    return path === 'REGEXP' && text[at] === "'" ? quoted() : path;
  };

  const rest = (name: string, start: number, depth: number): TypeNode => {
    const args: TypeArg[] = [];
    if (text[at] === '(') {
      if (depth >= maxDepth) throw bad(`types are nested deeper than ${maxDepth}`);
      at++;
      space();
      if (text[at] === ')') at++;
      else
        for (;;) {
          args.push(argument(depth + 1));
          space();
          const char = text[at++];
          if (char === ')') break;
          if (char !== ',') {
            at--;
            throw bad(char === undefined ? 'a bracket is not closed' : 'a comma or closing bracket is missing');
          }
        }
    }
    return { name, args, text: text.slice(start, at).trim() };
  };

  space();
  const start = at;
  const node = rest(word(), start, 0);
  space();
  if (at < text.length) throw bad('there is more text than one type');
  return node;
}
