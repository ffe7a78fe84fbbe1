import { checkFunnel } from './check';
import { entriesSql } from './entries';
import type { FunnelSpec } from './spec';

const funnel: FunnelSpec = {
  name: 'checkout',
  title: 'Checkout',
  steps: [{ event: 'view' }, { event: 'cart' }, { event: 'pay' }],
  order: 'ordered',
  windowMs: 86_400_000,
  exclusions: [],
  by: 'user',
  attribution: 'first',
};
const many = (n: number, optional = false) => [
  { event: 'view' },
  ...Array.from({ length: n }, (_, i) => ({ event: `e${i}`, ...(optional && { optional }) })),
  { event: 'pay' },
];

const refused: readonly (readonly [why: string, Partial<FunnelSpec>, code: string, sentence: RegExp])[] = [
  ['no step', { steps: [] }, 'funnel_too_short', /^Funnel checkout has no steps: .*second event\.$/],
  ['one step', { steps: [{ event: 'view' }] }, 'funnel_too_short', /has one step: conversion needs at least two/],
  ['too many steps', { steps: many(11) }, 'funnel_too_long', /has 13 steps, at most 12/],
  ['a window of zero', { windowMs: 0 }, 'funnel_bad_window', /window of 0 ms: .*above zero/],
  ['a negative window', { windowMs: -5 }, 'funnel_bad_window', /window of -5 ms/],
  ['a window that is no number', { windowMs: NaN }, 'funnel_bad_window', /window of NaN ms/],
  ['a step without event', { steps: [{ event: '' }, { event: 'pay' }] }, 'funnel_empty_event', /step 1: no event/],
  [
    'a filter without values',
    { steps: [{ event: 'view' }, { event: 'pay', where: { plan: [] } }] },
    'funnel_empty_filter',
    /step 2: the filter on plan names no value/,
  ],
  ['nobody to follow', { by: '' }, 'funnel_by', /"by" names nobody/],
  [
    'an optional first step',
    { steps: [{ event: 'view', optional: true }, { event: 'pay' }] },
    'funnel_optional_end',
    /step 1 \(view\) is optional, but it is the first one/,
  ],
  [
    'an optional last step',
    { steps: [{ event: 'view' }, { event: 'pay', optional: true }] },
    'funnel_optional_end',
    /step 2 \(pay\) is optional, but it is the last one/,
  ],
  [
    'optional steps in strict order',
    { steps: many(1, true), order: 'strict' },
    'funnel_optional_order',
    /not in "strict"/,
  ],
  ['four optional steps in a row', { steps: many(4, true) }, 'funnel_optional_run', /more than 3 .* from step 2 on/],
  [
    'an optional step that could be another',
    { steps: [{ event: 'view' }, { event: 'pay', optional: true }, { event: 'pay' }] },
    'funnel_optional_row',
    /one row of pay could be both optional step 2 and step 3/,
  ],
  [
    'an exclusion beyond the steps',
    { exclusions: [{ event: 'quit', after: 1, before: 4 }] },
    'funnel_exclusion_steps',
    /exclusion 1 \(quit\) lies after step 1 and before step 4; .* 1 to 3/,
  ],
  [
    'an exclusion backwards',
    { exclusions: [{ event: 'quit', after: 2, before: 2 }] },
    'funnel_exclusion_steps',
    /lower/,
  ],
  [
    'an exclusion of a step inside it',
    { exclusions: [{ event: 'cart', after: 1, before: 3 }] },
    'funnel_exclusion_row',
    /would void every way that reaches step 2/,
  ],
  [
    'an exclusion at an optional step',
    { steps: many(1, true), exclusions: [{ event: 'quit', after: 2, before: 3 }] },
    'funnel_exclusion_optional',
    /begins or ends at step 2, which is optional/,
  ],
  [
    'an exclusion in strict order',
    { order: 'strict', exclusions: [{ event: 'quit', after: 1, before: 2 }] },
    'funnel_exclusion_order',
    /already ends the way/,
  ],
  [
    'an exclusion without order',
    { order: 'unordered', exclusions: [{ event: 'quit', after: 1, before: 2 }] },
    'funnel_exclusion_order',
    /no "between two steps"/,
  ],
  [
    'the same event twice without order',
    { order: 'unordered', steps: [{ event: 'view' }, { event: 'pay' }, { event: 'view' }] },
    'funnel_unordered_row',
    /both step 1 and step 3/,
  ],
  ['attribution beyond the steps', { breakdown: 'plan', attribution: 4 }, 'funnel_attribution', /step 4, .* 1 to 3/],
  ['attribution of nothing', { attribution: 'last' }, 'funnel_attribution_alone', /no breakdown/],
];

test.each(refused)('%s is refused in one sentence that names the funnel', (_, change, code, sentence) => {
  const wrong = { ...funnel, ...change };
  const refusal = thrownBy(() => checkFunnel(wrong));
  expect(refusal).toMatchObject({ code, message: expect.stringMatching(sentence) as string });
  expect(refusal.message).toContain('Funnel checkout');
  const input = { rows: '', timezone: 'UTC', from: '', to: '', now: '', per: 'day' } as const;
  expect(thrownBy(() => entriesSql(wrong, input)).message).toBe(refusal.message);
});

test('too many different filters on one event are refused, for a moment has only so many bits', () => {
  const where = (n: number) => ({ plan: [`p${n}`, 'all'] });
  const steps = Array.from({ length: 6 }, (_, i) => ({ event: 'view', where: where(i) }));
  const input = { rows: 'SELECT 1', timezone: 'UTC', from: '', to: '', now: '', per: 'day' } as const;
  expect(thrownBy(() => entriesSql({ ...funnel, steps }, input))).toMatchObject({ code: 'funnel_facts' });
});

test('a funnel with everything that may stand together is taken', () => {
  const steps = [
    { event: 'view', where: { plan: ['pro'] } },
    { event: 'cart', optional: true },
    { event: 'pay', title: 'Paid' },
  ];
  const exclusions = [{ event: 'quit', after: 1, before: 3 }];
  expect(() => checkFunnel({ ...funnel, steps, exclusions, breakdown: 'country', attribution: 3 })).not.toThrow();
});

function thrownBy(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error('Nothing was thrown.');
}
