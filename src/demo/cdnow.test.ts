import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { cdnowRows } from './cdnow';

const csv = gunzipSync(readFileSync(join(__dirname, '../../test/data/cdnow.csv.gz'))).toString('utf8');
const cents = (amount: string) => Math.round(Number(amount) * 100);

test('the file holds 69,659 orders of 23,570 customers worth 2,500,315.63 USD', () => {
  const { orders } = cdnowRows(csv);
  expect(orders).toHaveLength(69_659);
  expect(new Set(orders.map((order) => order.user_id)).size).toBe(23_570);
  expect(orders.reduce((sum, order) => sum + cents(order.amount), 0)).toBe(250_031_563);
  expect(new Set(orders.map((order) => order.order_id)).size).toBe(69_659);
  expect(orders.map((order) => order.ordered_at).sort()).toMatchObject({
    0: '1997-01-01 12:00:00.000',
    69_658: '1998-06-30 12:00:00.000',
  });
});

test('each order is one purchase event of the same customer at the same time', () => {
  const { orders, events } = cdnowRows(csv);
  const facts = (rows: readonly { user_id: number }[], at: (row: never) => string) =>
    rows.map((row) => `${row.user_id} ${at(row as never)}`);
  expect(facts(events, (row: { occurred_at: string }) => row.occurred_at)).toEqual(
    facts(orders, (row: { ordered_at: string }) => row.ordered_at),
  );
  expect(new Set(events.map((event) => event.event_id)).size).toBe(69_659);
  expect(new Set(events.map((event) => event.event_name))).toEqual(new Set(['purchase']));
});

test('a first line becomes an order at noon UTC', () => {
  expect(cdnowRows('customer_id,order_date,cds,amount_usd\n7,1997-03-02,3,12.50\n').orders).toEqual([
    {
      order_id: 1,
      ordered_at: '1997-03-02 12:00:00.000',
      user_id: 7,
      amount: '12.50',
      currency: 'USD',
      refunded_amount: '0',
      refunded_at: null,
      items: 3,
      _version: 1,
    },
  ]);
});

test.each([
  ['another header', 'a,b\n1,2\n', 'The CDNOW file is damaged at line 1 ("a,b")'],
  [
    'a cut line',
    'customer_id,order_date,cds,amount_usd\n1,1997-01-01,1,11.77\n2,1997-0',
    'The CDNOW file is damaged at line 3 ("2,1997-0")',
  ],
])('%s is refused with its line', (_, text, message) => {
  expect(() => cdnowRows(text)).toThrow(message);
});
