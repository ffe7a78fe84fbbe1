import { lawTests } from '../../testing/law/tests';

// order_quarter/day, customer_day; refund_day from the same rows, by the time of the refund, which comes later, moves and goes.
lawTests('orders', [
  ['moving', 'replacing'],
  ['fixed', 'replacing'],
  ['moving', 'plain'],
  ['append', 'plain'],
]);
