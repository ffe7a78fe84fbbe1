import { looksPersonal, personalValue } from './personal';

const column = (name: string, values: readonly string[], more: { type?: string; distinct?: number } = {}) =>
  looksPersonal({ name, type: more.type ?? 'String', filled: 1000, distinct: more.distinct ?? values.length, values });

test.each([
  'email',
  'customerEmail',
  'phone_number',
  'clientIP',
  'ip',
  'billing_address',
  'firstName',
  'user_name',
  '_password',
  'api_key',
])('%s is personal by its name', (name) => {
  expect(column(name, ['x'])).toBe(true);
});

test.each([
  ['an address of a mail', ['ada@example.org', 'bob@example.org']],
  ['an IPv4', ['10.0.0.1', '192.168.1.7']],
  ['an IPv6', ['2001:db8::1', 'fe80::1:2']],
  ['a phone number', ['+49 30 1234567', '+1 (555) 010-9999']],
  ['an IBAN', ['DE89370400440532013000']],
])('a column is personal by its values: %s', (_, values) => {
  expect(column('contact_point', values)).toBe(true);
  expect(values.every(personalValue)).toBe(true);
});

test.each([
  ['country', ['DE', 'US']],
  ['event_name', ['view', 'purchase']],
  ['at', ['2026-01-01 12:00:00', '2026-01-01 12:00:01.123']],
  ['clock', ['12:00:00', '9:30:00']],
  ['user_id', ['00000000-0000-0000-0000-000000000001']],
  ['release', ['1.2.3', '4.5.6']],
  ['zipped', ['1', '0']],
  ['shipping_id', ['17']],
])('%s is not', (name, values) => {
  expect(column(name, values)).toBe(false);
});

test('a name that people and things have is personal where nearly each row has another value', () => {
  expect(column('name', ['view', 'click'], { distinct: 12 })).toBe(false);
  expect(column('name', ['Ada', 'Bob'], { distinct: 800 })).toBe(true);
});

test('an address type is personal whatever its name', () => {
  expect(column('source', [], { type: 'Nullable(IPv6)' })).toBe(true);
});
