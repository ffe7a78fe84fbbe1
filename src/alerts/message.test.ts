import { alertRules } from '../packs/rules';
import type { RuleUnit } from '../packs/rule';
import { errorRate } from '../packs/service/rules/errorRate';
import { alertMessage } from './message';
import { formatValue } from './numbers';

test.each<[RuleUnit, number, string]>([
  ['ratio', 0.1, '10 %'],
  ['ratio', 0.0411, '4.1 %'],
  ['ratio', 0.0005, '0.05 %'],
  ['ratio', 0.000123, '0.012 %'],
  ['ratio', 0, '0 %'],
  ['ratio', -0.25, '-25 %'],
  ['ratio', 12.3456, '1,234.6 %'],
  ['ms', 850, '850 ms'],
  ['ms', 1.25, '1.3 ms'],
  ['ms', 1200, '1.2 s'],
  ['ms', 999.6, '1 s'],
  ['ms', 90_000, '1 m 30 s'],
  ['seconds', 0.5, '0.5 s'],
  ['seconds', 45, '45 s'],
  ['seconds', 59.6, '1 m'],
  ['seconds', 900, '15 m'],
  ['seconds', 8100, '2 h 15 m'],
  ['seconds', 3599.9, '1 h'],
  ['seconds', 3 * 86_400, '3 d'],
  ['seconds', 86_399.9, '1 d'],
  ['seconds', 90_061, '1 d 1 h'],
  ['seconds', -90, '-1 m 30 s'],
  ['bytes', 5 * 1024 ** 3, '5 GiB'],
  ['bytes', 1.5 * 1024 ** 2, '1.5 MiB'],
  ['bytes', 300, '300 B'],
  ['bytes', 1023.99 * 1024, '1 MiB'],
  ['count', 12_300, '12,300'],
  ['count', 2.5, '2.5'],
  ['count', 0, '0'],
  ['rate', 5, '5/s'],
  ['rate', 0.5, '0.5/s'],
  ['times', 1.5, '1.5 ×'],
  ['money', 12_300.4, '12,300'],
  ['money', 12.5, '12.50'],
  ['money', 12, '12'],
  ['count', Number.NaN, '?'],
])('%s %d is written %s', (unit, value, text) => expect(formatValue(value, unit)).toBe(text));

test('a message is the sentence of the rule with its numbers', () => {
  expect(alertMessage(errorRate, { subject: 'api {value} $1', value: 0.1, threshold: 0.02 })).toBe(
    'api {value} $1: 10 % of the requests failed in the last five whole minutes, more than 2 % may.',
  );
  expect(alertMessage(errorRate, { subject: '', value: 0, threshold: 0 })).toMatch(/^The rule itself: 0 % /);
});

test.each(alertRules.map((rule) => [rule.name, rule] as const))(
  '%s has a sentence that leaves nothing unfilled',
  (_, rule) => {
    expect(alertMessage(rule, { subject: 'x', value: 1, threshold: 1 })).not.toMatch(/[{}]/);
  },
);
