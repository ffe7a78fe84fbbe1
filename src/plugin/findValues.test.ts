import { FieldType } from '@grafana/data';
import type { DataFrame } from '@grafana/data';
import { findValues } from './findValues';

const frame = (columns: Readonly<Record<string, readonly unknown[]>>): DataFrame => ({
  length: Object.values(columns)[0]?.length ?? 0,
  fields: Object.entries(columns).map(([name, values]) => ({
    name,
    type: FieldType.string,
    config: {},
    values: [...values],
  })),
});

describe('findValues', () => {
  it('takes one column as text and value', () => {
    expect(findValues(frame({ city: ['Oslo', 'Rom'] }))).toEqual([
      { text: 'Oslo', value: 'Oslo' },
      { text: 'Rom', value: 'Rom' },
    ]);
  });

  it.each([
    ['value, then text', { id: [1], name: ['One'] }],
    ['by the names text and value', { text: ['One'], value: [1] }],
    ['by the name value alone', { label: ['One'], Value: [1] }],
    ['by the name text alone', { TEXT: ['One'], id: [1] }],
  ])('takes two columns %s', (_how, columns) => {
    expect(findValues(frame(columns as Record<string, unknown[]>))).toEqual([{ text: 'One', value: '1' }]);
  });

  it('leaves out NULL and what came already, and shows the value where the text is NULL', () => {
    expect(findValues(frame({ value: ['a', null, 'a', 'b'], text: ['A', 'B', 'C', null] }))).toEqual([
      { text: 'A', value: 'a' },
      { text: 'b', value: 'b' },
    ]);
  });

  it('gives nothing for an empty answer', () => {
    expect([findValues(undefined), findValues(frame({})), findValues(frame({ a: [] }))]).toEqual([[], [], []]);
  });

  it('refuses three columns by name', () => {
    expect(() => findValues(frame({ a: [1], b: [1], c: [1] }))).toThrow(/returns 3: a, b, c/);
  });
});
