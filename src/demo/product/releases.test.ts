import { services } from './endpoints';
import { releaseAt } from './releases';
import { dayMs } from './users';

const at = (day: number, hour: number) => day * dayMs + hour * 3_600_000;
const versions = (service: (typeof services)[number], moments: readonly number[], luck = 0.5) =>
  moments.map((ms) => releaseAt(service, ms, luck).version);

test('a release reaches one instance after the other within ninety minutes', () => {
  const reached = [0, 0.25, 0.5, 0.75, 0.99].map((luck) =>
    [9, 9.5, 10, 10.5].map((hour) => releaseAt('web', at(38, hour), luck).version === '7.1.0'),
  );
  expect(reached).toEqual([
    [false, true, true, true],
    [false, true, true, true],
    [false, false, true, true],
    [false, false, false, true],
    [false, false, false, true],
  ]);
});

test('the third release of checkout is rolled back after five and a half hours and put right the next morning', () => {
  const moments = [at(117, 13), at(117, 16), at(117, 19.4), at(117, 19.6), at(118, 9), at(118, 12), at(164, 0)];
  expect(versions('checkout', moments)).toEqual(['3.2.0', '3.3.0', '3.3.0', '3.2.0', '3.2.0', '3.3.1', '3.3.1']);
  expect(moments.map((ms) => releaseAt('checkout', ms, 0.5).bad)).toEqual([
    false,
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});

test('releases go on in later years, and what was bad once stays out', () => {
  expect(versions('checkout', [at(166, 0), at(261, 16), at(262, 23), at(20 + 48 * 30, 0)])).toEqual([
    '3.4.0',
    '3.6.0',
    '3.6.1',
    '3.30.1',
  ]);
});

test.each(services)('%s begins with its minor release 0', (service) => {
  expect(releaseAt(service, 0, 0)).toEqual({ version: expect.stringMatching(/^\d\.0\.0$/), bad: false });
});
