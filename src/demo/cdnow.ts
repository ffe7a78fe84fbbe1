import { fail } from './errors';
import type { DemoRows, EventRow, OrderRow } from './rows';

const header = 'customer_id,order_date,cds,amount_usd';
const line = /^(\d+),(\d{4}-\d\d-\d\d),(\d+),(\d+\.\d\d)$/;

/**
 * Reads the text of the CDNOW file (one order a line) into orders, with the line's number as id, and into one
 * `purchase` event for each. The file knows only days: an order is placed at 12:00 UTC. Throws `demo_bad_csv`.
 */
export function cdnowRows(csv: string): DemoRows {
  const lines = csv.split('\n');
  if (lines[0]?.trim() !== header) throw fail('demo_bad_csv', { line: 1, text: (lines[0] ?? '').slice(0, 60) });
  const orders: OrderRow[] = [];
  const events: EventRow[] = [];
  for (let i = 1; i < lines.length; i++) {
    const text = (lines[i] ?? '').trim();
    if (text === '') continue;
    const [, customer, day, cds, amount] = line.exec(text) ?? [];
    if (!customer || !day || !cds || !amount) throw fail('demo_bad_csv', { line: i + 1, text: text.slice(0, 60) });
    const at = `${day} 12:00:00.000`;
    orders.push({
      order_id: i,
      ordered_at: at,
      user_id: Number(customer),
      amount,
      currency: 'USD',
      refunded_amount: '0',
      refunded_at: null,
      items: Number(cds),
      _version: 1,
    });
    events.push({
      event_id: `order-${i}`,
      occurred_at: at,
      event_name: 'purchase',
      user_id: Number(customer),
      country: '',
      platform: '',
      _version: 1,
    });
  }
  return { events, orders };
}
