import { inlineParameters, parametersOf, parameterUses } from './parameters';
import type { VariableValue } from './variable';

const of = (sql: string, values: Readonly<Record<string, VariableValue>>) =>
  parametersOf(sql, (name) => (Object.hasOwn(values, name) ? { value: values[name] } : undefined));

test('the parameters of a statement are those outside quotes, comments and variables', () => {
  const sql =
    "SELECT { a : Array(String) }, {a:Array(String)}, '{b:String}' /* {c:String} */, ${d:csv}, {e:Enum('x' = 1)}";
  expect(parameterUses(sql).map(({ name, type }) => `${name} ${type}`)).toEqual([
    'a Array(String)',
    'a Array(String)',
    "e Enum('x' = 1)",
  ]);
});

describe('a value becomes', () => {
  test.each<[string, VariableValue, string]>([
    ['String', "O'B", "O'B"],
    ['String', 'a\\b\tc\nd\0', 'a\\\\b\\tc\\nd\\0'],
    ['String', '\\N', '\\\\N'],
    ['UInt64', '5', '5'],
    ['Bool', true, 'true'],
    ['String', ['x'], 'x'],
    ['String', [], ''],
    ['Nullable(String)', undefined, '\\N'],
    ['Nullable(String)', '', ''],
    ['Identifier', 'a\\b', 'a\\b'],
    ['Array(String)', ['a', "b'c", 'd\\'], "['a','b\\'c','d\\\\']"],
    ['Array(String)', 'a', "['a']"],
    ['Array(String)', [], '[]'],
    ['Array(LowCardinality(Nullable(String)))', ['NULL'], "['NULL']"],
    ['Array(Nullable(UInt8))', ['1', 2], '[1,2]'],
    ['Array(Float64)', ['-1.5e3', 'inf'], '[-1.5e3,inf]'],
    ['Array(Decimal(10, 2))', ['1.50'], '[1.50]'],
    ['Array(Bool)', ['1', 'false'], '[true,false]'],
    ["Array(Enum8('a' = 1))", ['a'], "['a']"],
    ['Array(Date)', ['2026-01-01'], "['2026-01-01']"],
  ])('for %s: %j → %s', (type, value, expected) => {
    expect(of(`SELECT {v:${type}}`, { v: value })).toEqual({ v: expected });
  });
});

test('of a statement without parameters nothing', () => {
  expect(of('SELECT $v, ${v}', { v: 'x' })).toEqual({});
});

describe('an error says which parameter and what to write', () => {
  test.each<[string, VariableValue, RegExp]>([
    [
      '{v:String}',
      ['a', 'b'],
      /^The parameter \{v:String\} takes one value, but the variable "v" has 2\. Write \{v:Array\(String\)\}/,
    ],
    ['{v:Array(UInt8)}', ['1', '2],[3'], /^The value "2\],\[3" of the variable "v" is not a number, as the parameter/],
    ['{v:Array(Bool)}', ['maybe'], /is not true or false/],
    ['{v:Array(Array(String))}', ['a'], /^The parameter \{v:Array\(Array\(String\)\)\} is a list of lists/],
    ['{v:String} {v:Array(String)}', 'a', /"v" both as a list and as one value/],
    ['{a:String}, {v:String}, {b:UInt8}', 'x', /^The query asks for \{a:String\}, \{b:UInt8\}, but .* these names/],
  ])('%s with %j', (sql, value, message) => {
    expect(() => of(`SELECT ${sql}`, { v: value })).toThrow(message);
  });
});

test('written into the statement they are casts', () => {
  const values: Readonly<Record<string, VariableValue>> = { v: ["a'"], t: 'ev', n: null };
  const inline = (sql: string) =>
    inlineParameters(sql, (name) => (Object.hasOwn(values, name) ? { value: values[name] } : undefined));
  expect(inline("SELECT {v:Array(String)}, {n:Nullable(Int8)}, {x:String}, '{v:String}' FROM {t:Identifier}")).toBe(
    "SELECT CAST('[\\'a\\\\\\'\\']', 'Array(String)'), CAST(NULL, 'Nullable(Int8)'), {x:String}, '{v:String}' FROM `ev`",
  );
});
