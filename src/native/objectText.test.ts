import fc from 'fast-check';
import { objectText, pathKeys } from './objectText';
import { utf8Order } from './utf8';

const text = (values: Readonly<Record<string, string>>) =>
  objectText(
    Object.keys(values)
      .sort(utf8Order)
      .map((path) => [pathKeys(path), values[path]!]),
  );

test.each([
  [{}, '{}'],
  [{ a: '1' }, '{"a":1}'],
  [{ 'a.b': '1', 'a.c.d': '2', e: '3' }, '{"a":{"b":1,"c":{"d":2}},"e":3}'],
  [{ 'a.b.c': '1', 'a.d': '2' }, '{"a":{"b":{"c":1},"d":2}}'],
  [{ a: '1', 'a.b': '2' }, '{"a":1,"a":{"b":2}}'],
  [{ '': '1', '.': '2', 'a.': '3', 'k"q': '4' }, '{"":1,"":{"":2},"a":{"":3},"k\\"q":4}'],
  // "-" sorts before the dot, so the two values of "a" still stand together.
  [{ 'a-b': '1', 'a.x': '2', 'a.y': '3' }, '{"a-b":1,"a":{"x":2,"y":3}}'],
])('paths %j make %s', (values, expected) => {
  expect(text(values)).toBe(expected);
});

test('what JSON.parse reads from the text are the values at their paths', () => {
  const key = fc.stringMatching(/^[a-d]$/);
  const tree = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof({ depthSize: 'small' }, fc.integer(), fc.dictionary(key, tie('node'), { minKeys: 1, maxKeys: 4 })),
  })).node;
  const paths = (node: unknown, path: string): [string, string][] =>
    typeof node === 'object' && node !== null
      ? Object.entries(node).flatMap(([name, inner]) => paths(inner, path ? `${path}.${name}` : name))
      : [[path, JSON.stringify(node)]];
  fc.assert(
    fc.property(fc.dictionary(key, tree, { minKeys: 1 }), (object) => {
      expect(JSON.parse(text(Object.fromEntries(paths(object, ''))))).toEqual(object);
    }),
    { seed: 2, numRuns: 500 },
  );
});
