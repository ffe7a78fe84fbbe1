import type { Field } from '@grafana/data';
import { FieldType, toDataFrame } from '@grafana/data';
import { barFields, barLayout } from './barLayout';

const frame = toDataFrame({
  fields: [
    { name: 'time', type: FieldType.time, values: [1, 2] },
    { name: 'country', type: FieldType.string, values: ['DE', 'FR'] },
    { name: 'orders', type: FieldType.number, values: [30, 10] },
    { name: 'refunds', type: FieldType.number, values: [-10, null] },
    { name: 'visits', type: FieldType.number, values: [10, 30] },
  ],
});

const fields = barFields(frame)!;
const places = (stacking: 'none' | 'normal' | 'percent') =>
  barLayout(fields, stacking, 4).bars.map(({ row, field, from, to }) => [row, field.name, from, to]);

test('takes the named field, else the first text, else the time as category', () => {
  expect(fields.category.name).toBe('country');
  expect(barFields(frame, 'time')?.category.name).toBe('time');
  expect(barFields({ ...frame, fields: frame.fields.filter((f) => f.name !== 'country') })?.category.name).toBe('time');
  expect(barFields({ ...frame, fields: frame.fields.slice(0, 2) })).toBeUndefined();
});

test('stands bars side by side from zero, none for a null', () => {
  expect(places('none')).toEqual([
    [0, 'orders', 0, 30],
    [0, 'refunds', 0, -10],
    [0, 'visits', 0, 10],
    [1, 'orders', 0, 10],
    [1, 'visits', 0, 30],
  ]);
});

test('stacks positive bars upwards and negative ones downwards', () => {
  expect(places('normal').slice(0, 3)).toEqual([
    [0, 'orders', 0, 30],
    [0, 'refunds', 0, -10],
    [0, 'visits', 30, 40],
  ]);
});

test('makes each category one whole with percent', () => {
  expect(places('percent')).toEqual([
    [0, 'orders', 0, 0.6],
    [0, 'refunds', 0, -0.2],
    [0, 'visits', 0.6, 0.8],
    [1, 'orders', 0, 0.25],
    [1, 'visits', 0.25, 1],
  ]);
});

test('leaves hidden series out and starts the axis at zero', () => {
  const hide = (field: Field) => ({ ...field, config: { custom: { hideFrom: { viz: field.name === 'refunds' } } } });
  const layout = barLayout({ ...fields, series: fields.series.map(hide) }, 'none', 3);
  expect(layout.series.map((field) => field.name)).toEqual(['orders', 'visits']);
  expect(layout.ticks).toEqual([0, 10, 20, 30]);
});
