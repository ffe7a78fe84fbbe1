import { literal } from '../../core/sql/quote';
import { pick, several } from './random';
import type { SqlType } from './leafTypes';
import type { Random } from './random';

/** Keys of random documents: few, so that rows share paths with values of other types; some sort in odd places. */
const keys = ['a', 'b', 'a-b', 'a!', 'ü', '😀', '\ue000', 'x y', 'k"q', 'long_key_name', 'B', '', '1'];

const scalars = [
  ...['1', '-7', '0.5', '1e100', '9007199254740993', '18446744073709551615', '-9223372036854775808', 'true', 'false'],
  ...['null', '""', '"text"', '"2024-01-01"', '"2024-01-01 10:00:00"', '"ü\\n"', '"😀"'],
];

function value(random: Random, depth: number): string {
  const kind = random(depth > 0 ? 10 : 6);
  if (kind < 6) return pick(random, scalars);
  if (kind < 7) return object(random, depth - 1, random(4), keys);
  if (kind < 8) return `[${several(random(4), () => value(random, depth - 1)).join(',')}]`;
  if (kind < 9) return `[${several(random(4), () => object(random, depth - 1, random(3), keys)).join(',')}]`;
  const one = pick(random, ['1', '"a"', '0.5', 'true', 'null']);
  return `[${several(random(4), () => (random(3) ? one : 'null')).join(',')}]`;
}

function object(random: Random, depth: number, size: number, from: readonly string[]): string {
  const names = new Set(several(size, () => pick(random, from)));
  return `{${[...names].map((name) => `${JSON.stringify(name)}:${value(random, depth)}`).join(',')}}`;
}

/** Declared types of paths, and JSON values that fit them. */
const declarations: readonly (readonly [type: string, values: readonly string[]])[] = [
  ['Int64', ['1', '-9007199254740993']],
  ['Nullable(UInt8)', ['null', '255']],
  ['LowCardinality(String)', ['"a"', '"ü"', '""']],
  ['LowCardinality(Nullable(String))', ['null', '"a"']],
  ['Array(Nullable(Float64))', ['[]', '[1.5,null]']],
  ['Date', ['"2024-01-01"']],
  [`DateTime64(3, 'Asia/Tokyo')`, ['"2024-01-01 10:00:00.123"']],
  ['Tuple(x Int8, y Array(String))', ['{"x":1,"y":["a"]}']],
  ['Map(String, Int32)', ['{}', '{"k":1,"l":-1}']],
  ['Variant(Int64, String)', ['1', '"a"', 'null']],
  ['Dynamic', ['1', '"a"', 'null', '[1,2]']],
  ['Array(JSON)', ['[]', '[{"q":1},{"q":"x","r":[{}]}]']],
  ['JSON(max_dynamic_paths=1)', ['{}', '{"s":{"t":1},"u":2,"v":[3]}']],
];

/** A JSON type: how many paths and types have columns of their own varies, and so do the declared paths. */
export function jsonType(random: Random): SqlType {
  const declared = several(random(3), (i) => ({ path: `t${i}.v`, how: pick(random, declarations) }));
  const parts = [
    ...(random(2) ? [`max_dynamic_paths=${random(4)}`] : []),
    ...(random(2) ? [`max_dynamic_types=${random(3)}`] : []),
    ...declared.map(({ path, how }) => `${path} ${how[0]}`),
  ];
  const text = parts.length ? `JSON(${parts.join(', ')})` : 'JSON';
  return {
    text,
    value(next) {
      const free = object(next, 3, next(6), keys);
      const fixed = declared
        .map(({ path, how }) => `${JSON.stringify(path.slice(0, 2))}:{"v":${pick(next, how[1])}}`)
        .filter(() => next(4) > 0);
      const document = `{${[free.slice(1, -1), ...fixed].filter(Boolean).join(',')}}`;
      return `CAST(${literal(document)}, ${literal(text)})`;
    },
  };
}
