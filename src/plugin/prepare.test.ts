import { dateTime } from '@grafana/data';
import { createSlots } from '../clickhouse/slots';
import { replaceReferences } from '../core/interpolate/references';
import type { VariableValue } from '../core/interpolate/variable';
import type { Host } from './host';
import { inlined, prepare } from './prepare';

const variables: Readonly<Record<string, { value?: VariableValue; multi?: boolean; all?: string }>> = {
  city: { value: ["O'Brien", 'Rom'], multi: true },
  one: { value: 'Oslo', multi: true },
  limit: { value: '5' },
  many: { value: Array.from({ length: 500 }, (_, at) => `value ${at}`), multi: true },
  all: { all: '.*' },
};

/** Answers as Grafana does: the formatter is not asked for a custom All value. */
const host: Host = {
  transport: () => () => Promise.reject(new Error('nothing is sent here')),
  replace: (text, _scoped, format) =>
    replaceReferences(text, ({ name, text: found }) => {
      const variable = variables[name];
      if (!variable) return found;
      return variable.all ?? format(variable.value, { name, multi: variable.multi === true });
    }),
  isAll: () => false,
  slots: createSlots(() => 5),
  user: () => 'ada',
  random: (bytes) => bytes,
};

const from = dateTime('2026-03-01T00:00:00Z');
const request = {
  range: { from, to: from, raw: { from, to: from } },
  intervalMs: 1_000,
  timezone: 'utc',
  scopedVars: {},
};
const prepared = (rawSql: string) => prepare({ refId: 'A', rawSql, format: 'table' }, request, host);

test('parameters of the statement are bound from variables, outside the text', () => {
  const rawSql =
    'SELECT {limit:UInt8}, {all:String} FROM t WHERE city IN {city:Array(String)} AND has({one:Array(String)}, c)';
  expect(prepared(rawSql)).toMatchObject({
    comment: '/* tidemark ref=A user=ada */',
    statement: rawSql,
    params: { limit: '5', all: '.*', city: "['O\\'Brien','Rom']", one: "['Oslo']" },
  });
  expect(prepared('SELECT $limit').params).toEqual({});
});

test('a parameter that is no variable is an error before anything is sent', () => {
  expect(() => prepared('SELECT {limit:UInt8}, {nobody:String}')).toThrow(/asks for \{nobody:String\}/);
});

test('parameters that are too long for an address are written into the statement', () => {
  const { statement, params } = prepared('SELECT {limit:UInt8} WHERE c IN {many:Array(String)}');
  expect(params).toEqual({});
  expect(statement).toMatch(
    /SELECT CAST\('5', 'UInt8'\) WHERE c IN CAST\('\[\\'value 0\\',.*value 499\\'\]', 'Array\(String\)'\)$/,
  );
});

test('Explore takes over the statement with its parameters written in', () => {
  expect(inlined('SELECT {limit:UInt8}', {}, host)).toBe("SELECT CAST('5', 'UInt8')");
});
