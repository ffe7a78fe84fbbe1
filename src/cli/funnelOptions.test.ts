import { TidemarkError } from '../core/errors';
import type { FunnelSpec } from '../core/funnel/spec';
import { timeText } from './commands/funnel';
import { funnelOf } from './funnelOptions';

const saved: FunnelSpec = {
  name: 'buying',
  title: 'Buying',
  steps: [{ event: 'a' }, { event: 'b' }],
  order: 'ordered',
  windowMs: 1000,
  exclusions: [],
  by: 'user',
  attribution: 'first',
};

test('steps with filters, optional ones and exclusions', () => {
  const flags = {
    steps: 'sign_up, cart?,purchase[country=DE|FR;plan=pro]',
    window: '2h',
    exclude: ['refund', 'leave:1-3'],
    by: 'account',
    breakdown: 'plan',
    attribution: '3',
  };
  expect(funnelOf(undefined, flags, [])).toEqual({
    name: 'of --steps',
    title: 'sign_up → cart → purchase',
    steps: [
      { event: 'sign_up' },
      { event: 'cart', optional: true },
      { event: 'purchase', where: { country: ['DE', 'FR'], plan: ['pro'] } },
    ],
    order: 'ordered',
    windowMs: 7_200_000,
    exclusions: [
      { event: 'refund', after: 1, before: 3 },
      { event: 'leave', after: 1, before: 3 },
    ],
    by: 'account',
    breakdown: 'plan',
    attribution: 3,
  });
});

test('a saved funnel by its name', () => {
  expect(funnelOf('buying', {}, [saved])).toBe(saved);
});

test.each([
  [undefined, {}, 'needs to know which: a saved one (buying) or --steps'],
  [
    'bying',
    {},
    'There is no saved funnel "bying". Saved are: buying, or name steps with --steps. Did you mean buying?',
  ],
  ['buying', { window: '1h' }, '--window only goes with --steps.'],
  ['buying', { steps: 'a,b' }, 'only goes with a funnel without --steps'],
  [undefined, { steps: 'a' }, 'has one step: conversion needs at least two'],
  [undefined, { steps: 'a,b[' }, '--steps "b[" is no step.'],
  [undefined, { steps: 'a,b[plan]' }, '--steps "b[plan]" is no step.'],
  [undefined, { steps: 'a,b', window: '0d' }, '--window "0d" is no time above zero.'],
  [undefined, { steps: 'a,b', window: '1M' }, '--window "1M" is no time above zero.'],
  [undefined, { steps: 'a,b', attribution: 'middle' }, '--attribution "middle" is no whole number.'],
  [undefined, { steps: 'a,b', exclude: ['c:2-1'] }, 'exclusion 1 (c) lies after step 2 and before step 1'],
] as const)('%s %o is refused as a mistake of the command line', (name, flags, sentence) => {
  let refusal: unknown;
  try {
    funnelOf(name, flags, [saved]);
  } catch (thrown) {
    refusal = thrown;
  }
  expect(refusal).toBeInstanceOf(TidemarkError);
  expect((refusal as TidemarkError).code).toMatch(/^usage_/);
  expect((refusal as TidemarkError).message).toContain(sentence);
});

test('times in their two greatest units', () => {
  expect([null, 0, 350, 61_000, 3_600_000, 93_784_000].map(timeText)).toEqual([
    null,
    '0 ms',
    '350 ms',
    '1 min 1 s',
    '1 h',
    '1 d 2 h',
  ]);
});
