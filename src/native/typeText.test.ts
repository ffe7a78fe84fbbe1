import { parseType } from './typeText';

const named = (name: string) => expect.objectContaining({ name });

test('reads nested brackets, each node with its source text', () => {
  const type = parseType("Map(String, Array(Nullable(DateTime64(3, 'Asia/Tokyo'))))", 'm');
  expect(type.name).toBe('Map');
  const array = type.args[1]!.type!;
  expect(array.text).toBe("Array(Nullable(DateTime64(3, 'Asia/Tokyo')))");
  expect(array.args[0]!.type!.args[0]!.type!.args).toEqual([{ literal: 3 }, { literal: 'Asia/Tokyo' }]);
});

test.each([
  ['Int8', []],
  ['Tuple()', []],
  ['Tuple(a Int8, `b c` String, "d" Date)', ['a', 'b c', 'd']],
  ["Enum8('x' = -1, 'y\\'z' = 2, 'a''b' = 3, '' = 4, ')' = 5)", ['x', "y'z", "a'b", '', ')']],
  ['Dynamic(max_types=8)', ['max_types']],
  ["JSON(max_dynamic_paths=4, a.b Int64, SKIP c, SKIP REGEXP 'x,)')", ['max_dynamic_paths', 'a.b', 'SKIP', 'SKIP']],
])('labels of %s', (text, labels) => {
  expect(parseType(text, 'c').args.map(({ label }) => label)).toEqual(labels);
});

test('takes off quotes and escapes of enum names', () => {
  expect(parseType("Enum16('tab\\t' = 1, 'back\\\\' = -2, 'ü' = 3, '\\x41' = 4)", 'e').args).toEqual([
    { label: 'tab\t', literal: 1 },
    { label: 'back\\', literal: -2 },
    { label: 'ü', literal: 3 },
    { label: 'A', literal: 4 },
  ]);
});

test('reads parameters of aggregate functions as types or literals', () => {
  const { args } = parseType('AggregateFunction(1, quantiles(0.5, 0.9), Float64)', 'a');
  expect(args).toEqual([{ literal: 1 }, { type: named('quantiles') }, { type: named('Float64') }]);
  expect(args[1]!.type!.args).toEqual([{ literal: 0.5 }, { literal: 0.9 }]);
});

test.each([
  ['', 'a name is missing at character 1'],
  ['Array(', 'a name is missing at character 7'],
  ['Array(Int8', 'a bracket is not closed at character 11'],
  ['Array(Int8))', 'there is more text than one type at character 12'],
  ["Enum8('a", "a quote ' is not closed"],
  ["Enum8('a' 1)", 'a comma or closing bracket is missing at character 11'],
  ['Array('.repeat(100_000), 'types are nested deeper than 64'],
])('refuses %.20j', (text, what) => {
  expect(() => parseType(text, 'spoilt')).toThrow(/column "spoilt"/);
  expect(() => parseType(text, 'spoilt')).toThrow(what);
});

test('what JSON leaves out is no path with a type', () => {
  const { args } = parseType("JSON(max_dynamic_paths=8, `SKIP` Int8, a.b Date, SKIP c.d, SKIP REGEXP 'x\\'y')", 'c');
  expect(args.map(({ label, type, literal }) => [label, type?.text ?? literal])).toEqual([
    ['max_dynamic_paths', 8],
    ['SKIP', 'Int8'],
    ['a.b', 'Date'],
    ['SKIP', 'c.d'],
    ['SKIP', "x'y"],
  ]);
});

test('a long row of names is refused, however long', () => {
  expect(() => parseType(`Tuple(${'a '.repeat(200_000)})`, 'c')).toThrow('a comma or closing bracket is missing');
});
