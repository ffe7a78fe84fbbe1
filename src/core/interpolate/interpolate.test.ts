import fc from 'fast-check';

import { TidemarkError } from '../errors';
import { builtinVariables } from './builtins';
import { formatVariable } from './formatVariable';
import { interpolate } from './interpolate';
import { interpolateThrough } from './through';
import { isAllOrEmpty } from './variable';
import { replaceReferences } from './references';
import type { Variables } from './variable';

const variables: Variables = {
  one: { value: 'a' },
  n: { value: 5 },
  list: { value: ['a', "b'c", 'd\\'] },
  single: { value: 'a', multi: true },
  empty: { value: [] },
  none: { value: '' },
  all: { value: '$__all', allValue: '.*', text: 'All' },
  allOf: { value: ['$__all'], options: ['x', "y'"], multi: true },
  object: { value: { a: { b: 'deep' }, 'c d': [1, 2] } },
  labelled: { value: ['1', '2'], text: ['One', 'Two'] },
};
const fill = (text: string) => interpolate(text, variables, 'UTC');

describe('every spelling', () => {
  test.each([
    ['$one ${one} [[one]] ${one:raw} [[one:raw]]', 'a a a a a'],
    ['$ones $one_ ${ones} $ {one}', '$ones $one_ ${ones} $ {one}'],
    ['x$one.y ${object.a.b}', 'xa.y deep'],
    ['${object["c d"]} ${object.a} ${object.none}', '\'1\',\'2\' {"b":"deep"} '],
    ['${labelled.text}', "'One','Two'"],
  ])('%s', (text, expected) => expect(fill(text)).toBe(expected));
});

describe('the contract', () => {
  test.each([
    ['a scalar goes in raw', "c = '$one' AND n = $n", "c = 'a' AND n = 5"],
    ['a list is quoted and escaped', 'c IN ($list)', "c IN ('a','b\\'c','d\\\\')"],
    ['one chosen of a multi variable is a list', 'c IN ($single)', "c IN ('a')"],
    ['an empty list is nothing', 'c IN ($empty)', 'c IN ()'],
    ['an empty text is nothing', "c = '$none'", "c = ''"],
    ['a custom All value goes in raw', "c =~ '$all'", "c =~ '.*'"],
    ['All without one is every option', 'c IN ($allOf)', "c IN ('x','y\\'')"],
    ['All in a format too', '${allOf:pipe} ${all:text} ${all:csv}', "x|y' All .*"],
    ['what is filled in is not read again', '$chain', '$chain'],
  ])('%s', (_, text, expected) => expect(fill(text)).toBe(expected));

  test('All that says nothing of itself is refused, but only where it is asked for', () => {
    const unknown: Variables = { v: { value: '$__all', includeAll: true } };
    expect(interpolate('1', unknown, 'UTC')).toBe('1');
    expect(() => interpolate('$v', unknown, 'UTC')).toThrow(TidemarkError);
    expect(() => interpolate('$v', unknown, 'UTC')).toThrow('The variable "v" stands for All, but neither "allValue"');
    expect(interpolate('${v:text}', unknown, 'UTC')).toBe('All');
  });

  test('a value that spells a reference stays', () => {
    expect(interpolate('$a', { a: { value: '$b' }, b: { value: 'x' } }, 'UTC')).toBe('$b');
  });

  test('names of Object’s own are no variables', () => {
    expect(interpolate('$constructor ${__proto__} $toString', {}, 'UTC')).toBe('$constructor ${__proto__} $toString');
  });
});

test.each([
  ['a', undefined, 'a'],
  [5, {}, '5'],
  [true, {}, 'true'],
  [null, {}, ''],
  [undefined, { multi: true }, ''],
  [['a', 1], {}, "'a','1'"],
  ["it's", { multi: true }, "'it\\'s'"],
  ["it's", { includeAll: true }, "it's"],
])('formatVariable(%j, %j) is %s', (value, variable, expected) =>
  expect(formatVariable(value, variable)).toBe(expected),
);

test('built-in variables', () => {
  const context = { fromMs: 1_000, toMs: 3_601_499, intervalMs: 300_000, timezone: 'Europe/Berlin' };
  const text =
    '$__from ${__to} $__interval $__interval_ms $__range $__range_s $__range_ms $__timezone ${__from:date} ${__to:date:YYYY-MM-DD HH:mm} ${__from:date:seconds}';
  expect(interpolate(text, builtinVariables(context), 'Europe/Berlin')).toBe(
    '1000 3601499 5m 300000 3600s 3600 3600499 Europe/Berlin 1970-01-01T00:00:01.000Z 1970-01-01 02:00 1',
  );
});

test.each([
  [1, '1ms'],
  [90_000, '90s'],
  [60_000, '1m'],
  [604_800_000, '7d'],
  [31_536_000_000, '1y'],
])('an interval of %d ms is written %s', (intervalMs, expected) => {
  expect(builtinVariables({ fromMs: 0, toMs: 0, intervalMs, timezone: 'UTC' })['__interval']?.value).toBe(expected);
});

test.each([
  [{ value: '$__all' }, true],
  [{ value: ['$__all'] }, true],
  [{ value: '' }, true],
  [{ value: [] }, true],
  [{ value: [''] }, true],
  [{ value: null }, true],
  [{ value: 0 }, false],
  [{ value: ['', 'a'] }, false],
])('%j is All or empty: %s', (variable, expected) => expect(isAllOrEmpty(variable)).toBe(expected));

describe('through Grafana', () => {
  const calls: string[] = [];
  /** What `templateSrv.replace` does, in small: the formatter is asked where no format is given. */
  const replace = (text: string, format: (value: string[], variable: { name: string; multi: boolean }) => string) => {
    calls.push(text);
    return replaceReferences(text, ({ name, format: named, text: found }) =>
      name === 'v' ? (named ? `grafana:${named}` : format(["a\\'"], { name, multi: true })) : found,
    );
  };
  const through = (sql: string) => interpolateThrough(sql, replace);

  test('values are written by Tidemark, formats by Grafana', () => {
    expect(through('$v ${v} [[v]] ${v:csv} [[v:pipe]] $other')).toBe(
      "'a\\\\\\'' 'a\\\\\\'' 'a\\\\\\'' grafana:csv grafana:pipe $other",
    );
  });

  test('the quoting formats are written by Tidemark', () => {
    expect(through('${v:singlequote} [[v:sqlstring]] ${v:doublequote}')).toBe("'a\\\\\\'' 'a\\\\''' \"a\\\\'\"");
    expect(through('${other:singlequote}')).toBe('${other:singlequote}');
  });

  test('a text without references does not ask Grafana', () => {
    calls.length = 0;
    expect(through('SELECT 1')).toBe('SELECT 1');
    expect(calls).toEqual([]);
  });
});

test('a text that asks for no variable stays, letter by letter', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => expect(interpolate(text, {}, 'UTC')).toBe(text)));
});
