import { literal } from '../../core/sql/quote';
import { jsonType } from './jsonDocs';
import { dictionaryKeyType, dictionaryType, keyType, leafType } from './leafTypes';
import { pick, several } from './random';
import type { SqlType } from './leafTypes';
import type { Random } from './random';

/** A type from its text and the inside of its CAST. */
const castTo = (text: string, inside: (random: Random) => string): SqlType => ({
  text,
  value: (random) => `CAST(${inside(random)}, ${literal(text)})`,
});

/** Makes a random type that holds others; `inner` makes those. */
type Maker = (random: Random, inner: () => SqlType) => SqlType;

const noNulls = /^(?:Nullable|LowCardinality|Array|Map|Variant|Geometry|Dynamic|QBit)/;

const makers: Readonly<Record<string, Maker>> = {
  array(_, inner) {
    const item = inner();
    return castTo(`Array(${item.text})`, (random) => listOf(item, random(4), random));
  },
  tuple(random, inner) {
    const items = several(random(4), inner);
    const named = random(2) === 1;
    const names = ['a', '`b c`', 'ü', 'd'].map((name) => (name === 'ü' ? '`ü`' : name));
    const text = `Tuple(${items.map((item, i) => (named ? `${names[i]} ${item.text}` : item.text)).join(', ')})`;
    return castTo(text, (next) => `tuple(${items.map((item) => item.value(next)).join(', ')})`);
  },
  map(random, inner) {
    const [key, value] = [random(3) ? keyType(random) : lowCardinality(dictionaryKeyType(random)), inner()];
    const text = `Map(${key.text}, ${value.text})`;
    return castTo(text, (next) => {
      const pair: SqlType = {
        text: `Tuple(${key.text}, ${value.text})`,
        value: () => `tuple(${key.value(next)}, ${value.value(next)})`,
      };
      return listOf(pair, next(3), next);
    });
  },
  nullable(_, inner) {
    const type = inner();
    if (noNulls.test(type.text)) return type;
    return castTo(`Nullable(${type.text})`, (random) => (random(3) ? type.value(random) : 'NULL'));
  },
  lowCardinality: (random) => {
    const key = dictionaryType(random);
    if (random(2)) return lowCardinality(key);
    return castTo(`LowCardinality(Nullable(${key.text}))`, (next) => (next(3) ? key.value(next) : 'NULL'));
  },
  variant(random, inner) {
    const types = new Map<string, SqlType>();
    for (let i = 0; i < 1 + random(4); i++) {
      const type = inner();
      if (!/^(?:Nullable|LowCardinality\(Nullable|Variant|Dynamic|Geometry)/.test(type.text))
        types.set(type.text, type);
    }
    if (types.size === 0)
      types.set(
        'Int8',
        castTo('Int8', (next) => String(next(9))),
      );
    const all = [...types.values()];
    return castTo(`Variant(${[...types.keys()].join(', ')})`, (next) =>
      next(5) ? pick(next, all).value(next) : 'NULL',
    );
  },
  dynamic(random, inner) {
    const types = several(1 + random(5), inner).filter((type) => !/^(?:Dynamic|Nullable\(Tuple)/.test(type.text));
    const most = pick(random, ['', '(max_types=0)', '(max_types=1)', '(max_types=2)']);
    return castTo(`Dynamic${most}`, (next) => (next(5) && types.length ? pick(next, types).value(next) : 'NULL'));
  },
  json: (random) => jsonType(random),
  qbit(random) {
    const item = pick(random, ['Int8', 'BFloat16', 'Float32', 'Float64']);
    const size = pick(random, [1, 3, 8, 9, 16, 24]);
    const stride = size === 24 ? ', 8' : '';
    const numbers = ['0', '1', '-1', '2', '-8', '100'];
    const text = `QBit(${item}, ${size}${stride})`;
    return castTo(text, (next) => `CAST([${several(size, () => pick(next, numbers)).join(', ')}], 'Array(${item})')`);
  },
  geometry: () => {
    const kinds = [
      `(1, -0.5)::Point`,
      `[(0, 0), (1, 1)]::Ring`,
      `[[(0, 0.25)]]::Polygon`,
      `[[[(3, 4)]]]::MultiPolygon`,
    ];
    return castTo('Geometry', (random) => pick(random, ['NULL', ...kinds]));
  },
  simpleAggregate: () => castTo('SimpleAggregateFunction(sum, UInt64)', (random) => String(random(1e9))),
};

const lowCardinality = (key: SqlType) => castTo(`LowCardinality(${key.text})`, (random) => key.value(random));

/** An array of `size` values of a type. An empty one is cut from another: the server cannot convert `[]` to all types. */
function listOf(item: SqlType, size: number, random: Random): string {
  const values = several(size, () => item.value(random));
  return size ? `[${values.join(', ')}]` : `arraySlice([${item.value(random)}], 2)`;
}

/** The names of what can hold others. */
export const nestings = Object.keys(makers);

/** A random type nested up to `depth` levels; `outer` names the outermost one of {@link nestings}. */
export function randomType(random: Random, depth: number, outer?: string): SqlType {
  if (depth <= 0) return leafType(random);
  const name = outer ?? pick(random, [...nestings, 'leaf', 'leaf']);
  const make = makers[name];
  return make ? make(random, () => randomType(random, depth - 1)) : leafType(random);
}

/** A SELECT of `rows` random values of a type as column `v`. */
export const selectOf = (type: SqlType, random: Random, rows: number): string =>
  `SELECT CAST(arrayJoin(${listOf(type, rows, random)}), ${literal(type.text)}) AS v`;
