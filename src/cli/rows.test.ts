import { rowsOf } from './rows';

const answer = (types: Record<string, string>, data: string) =>
  `{"meta": ${JSON.stringify(Object.entries(types).map(([name, type]) => ({ name, type })))}, "data": ${data}, "rows": 1}`;

test('64-bit integers are numbers within 2^53 and exact strings beyond, whichever way the server quotes', () => {
  const types = { a: 'UInt64', b: 'Int64', c: 'UInt64', d: 'Nullable(Int64)', e: 'UInt64' };
  const data = '[{"a": "42", "b": -7, "c": 18446744073709551615, "d": null, "e": "9007199254740993"}]';
  expect(rowsOf(answer(types, data))).toEqual([
    { a: 42, b: -7, c: '18446744073709551615', d: null, e: '9007199254740993' },
  ]);
});

test('digits inside texts, fractions and exponents are left alone; great ones inside arrays stay exact', () => {
  const types = { s: 'String', f: 'Float64', x: 'Float64', l: 'Array(UInt64)' };
  const data =
    '[{"s": "id \\"12345678901234567890\\" {", "f": 0.12345678901234567, "x": 1.5e300, "l": [1, 12345678901234567890]}]';
  expect(rowsOf(answer(types, data))).toEqual([
    { s: 'id "12345678901234567890" {', f: 0.12345678901234567, x: 1.5e300, l: [1, '12345678901234567890'] },
  ]);
});

test('a text column of digits stays text', () => {
  expect(rowsOf(answer({ s: 'String' }, '[{"s": "42"}]'))).toEqual([{ s: '42' }]);
});
