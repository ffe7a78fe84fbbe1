import { getValueFormat, formattedValueToString } from '@grafana/data';
import { hintOf } from './hints';

test.each([
  ['', undefined],
  ['   ', undefined],
  ['Users of the day', { description: 'Users of the day' }],
  ['unit=ms', { unit: 'ms' }],
  ['unit=us decimals=1', { unit: 'µs', decimals: 1 }],
  [
    'unit=ms decimals=1 name="Response time" Time until the last byte.',
    { unit: 'ms', decimals: 1, name: 'Response time', description: 'Time until the last byte.' },
  ],
  ['Gross sales; unit=EUR', { unit: 'currencyEUR', description: 'Gross sales' }],
  ['unit=XTS', { unit: 'currency:XTS' }],
  ['unit=% decimals=-1', { unit: 'percent' }],
  ['unit=celsius', { unit: 'celsius' }],
  ['decimals=two unit=', { description: 'unit=' }],
  ['subunit=ms community=9', { description: 'subunit=ms community=9' }],
])('%j says %j', (comment, expected) => expect(hintOf(comment)).toEqual(expected));

test.each([
  ['unit=us', 1500, '1.50 ms'],
  ['unit=min', 90, '1.50 hours'],
  ['unit=bytes', 2048, '2 KiB'],
  ['unit=ratio', 0.25, '25%'],
  ['unit=%', 25, '25%'],
  ['unit=req/s', 12, '12 req/s'],
  ['unit=EUR', 5, '€5'],
  ['unit=ILS', 5, '₪5'],
  ['unit=BGN', 5, 'BGN5'],
  ['unit=XTS', 5, 'XTS5'],
])('Grafana knows the unit of %j', (comment, value, shown) => {
  const format = getValueFormat(hintOf(comment)!.unit);
  expect(formattedValueToString(format(value)).replace(/\s+/g, ' ')).toBe(shown);
});
