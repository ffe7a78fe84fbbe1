import { currencyInName, nameScore, snakeCase } from './names';

test.each([
  ['userId', 'user_id'],
  ['UserID', 'user_id'],
  ['user-id', 'user_id'],
  ['HTTPStatusCode', 'http_status_code'],
  ['Order Total (EUR)', 'order_total_eur'],
  ['__version', '_version'],
  ['event2Name', 'event2_name'],
])('%s is %s', (name, snake) => {
  expect(snakeCase(name)).toBe(snake);
});

test('a name scores by its tier, a part of it less, an unknown one nothing', () => {
  const names = [['amount', '*_currency'], ['total'], ['sum_*']];
  expect(['amount', '_Amount', 'orderCurrency', 'total', 'sum_all', 'totals'].map((n) => nameScore(n, names))).toEqual([
    1, 1, 0.85, 0.85, 0.5525, 0,
  ]);
});

test('a currency at the end of a name is told apart', () => {
  expect(currencyInName('totalEur')).toEqual({ rest: 'total', currency: 'EUR' });
  expect(currencyInName('total_xyz')).toEqual({ rest: 'total_xyz' });
});
