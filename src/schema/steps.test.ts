import type { FunnelSpec } from '../core/funnel/spec';
import type { RetentionSpec } from '../core/retention/spec';
import { testConfig } from '../testing/config';
import { noSteps, stepNeeds } from './steps';

const funnel: FunnelSpec = {
  name: 'f',
  title: 'f',
  steps: [{ event: 'a' }, { event: 'b', where: { country: ['DE'] } }],
  order: 'ordered',
  windowMs: 1000,
  exclusions: [{ event: 'x', after: 1, before: 2, where: { plan: ['pro'] } }],
  by: 'account',
  attribution: 'first',
};
const retention: RetentionSpec = {
  name: 'r',
  title: 'r',
  mode: 'recurring',
  interval: 'week',
  windows: 'calendar',
  by: 'user',
  periods: 4,
};
const roles = {
  events: {
    table: 't.e',
    sourceClass: 'append' as const,
    columns: {},
    steps: ['s'],
    features: ['f1', 'a'],
  },
};
const of = (own: { funnels?: readonly FunnelSpec[]; retentions?: readonly RetentionSpec[] }) =>
  stepNeeds(testConfig({ database: 'd', roles, ...own }));

test('events of everything saved, and the dimensions that it asks for', () => {
  expect(of({ funnels: [funnel], retentions: [retention, { ...retention, back: { event: 'back' } }] })).toEqual({
    steps: ['s', 'f1', 'a', 'b', 'x', 'back'],
    allSteps: false,
    stepDimensions: [
      { name: 'account', followed: true },
      { name: 'country', followed: false },
      { name: 'plan', followed: false },
    ],
  });
});

test.each([
  ['a strict funnel', { funnels: [{ ...funnel, order: 'strict' as const }] }, true],
  ['any event by a dimension', { retentions: [{ ...retention, by: 'account' }] }, true],
  ['any event, told apart', { retentions: [{ ...retention, breakdown: 'country' }] }, true],
  ['any event, rolling', { retentions: [{ ...retention, windows: 'rolling' as const }] }, true],
  ['any event by the days of users', { retentions: [retention] }, false],
  [
    'a named start, told apart, and any event after it',
    { retentions: [{ ...retention, start: { event: 'a' }, breakdown: 'country' }] },
    false,
  ],
  [
    'named events, rolling',
    { retentions: [{ ...retention, windows: 'rolling' as const, start: { event: 'a' }, back: { event: 'a' } }] },
    false,
  ],
])('%s: all events are kept: %s', (_, own, all) => {
  expect(of(own).allSteps).toBe(all);
});

test('without the role there is nothing to keep', () => {
  expect(stepNeeds(testConfig({ database: 'd' }))).toEqual(noSteps);
});
