import { TidemarkError } from '../core/errors';
import { parseConfig } from './parse';

const head = `version: 1
connection: {url: "http://localhost:8123"}
roles:
  events:
    table: shop.events
    class: append
    columns: {id: id, time: at, event: name, user: who, ingestedAt: seen}
    dimensions: {country: country, account: props.account}
`;

const parse = (text: string) => parseConfig(head + text, { file: 'tidemark.yaml', env: {} });

function problemsOf(text: string, before = head): readonly string[] {
  try {
    parseConfig(before + text, { file: 'f', env: {} });
    return [];
  } catch (thrown) {
    if (!(thrown instanceof TidemarkError)) throw thrown;
    return thrown.message
      .split('\n')
      .filter((line) => line.includes(': ') && /f:\d+/.test(line))
      .map((l) => l.trim());
  }
}

test('a funnel with all its options, and one with the least', () => {
  const { funnels } = parse(`funnels:
  bought:
    title: Signup to purchase
    steps:
      - {event: signup, where: {country: DE}}
      - {event: view, optional: true, title: Looked}
      - {event: purchase, where: {country: [DE, AT]}}
    window: 36h
    exclude: [{event: refund, before: 3}, {event: leave}]
    by: account
    breakdown: country
    attribution: 3
  short: {steps: [{event: a}, {event: b}], order: strict}
`);
  expect(funnels).toEqual([
    {
      name: 'bought',
      title: 'Signup to purchase',
      steps: [
        { event: 'signup', where: { country: ['DE'] } },
        { event: 'view', optional: true, title: 'Looked' },
        { event: 'purchase', where: { country: ['DE', 'AT'] } },
      ],
      order: 'ordered',
      windowMs: 36 * 3_600_000,
      exclusions: [
        { event: 'refund', after: 1, before: 3 },
        { event: 'leave', after: 1, before: 3 },
      ],
      by: 'account',
      breakdown: 'country',
      attribution: 3,
    },
    {
      name: 'short',
      title: 'short',
      steps: [{ event: 'a' }, { event: 'b' }],
      order: 'strict',
      windowMs: 14 * 86_400_000,
      exclusions: [],
      by: 'user',
      attribution: 'first',
    },
  ]);
});

test('a retention, with and without its options', () => {
  const { retentions } = parse(`retentions:
  habit: {}
  buyers: {start: {event: purchase, where: {country: DE}}, back: {event: purchase}, mode: recurring, interval: month, by: account, breakdown: country, periods: 6}
`);
  expect(retentions).toEqual([
    {
      name: 'habit',
      title: 'habit',
      mode: 'first-time',
      interval: 'week',
      windows: 'calendar',
      by: 'user',
      periods: 12,
    },
    {
      name: 'buyers',
      title: 'buyers',
      start: { event: 'purchase', where: { country: ['DE'] } },
      back: { event: 'purchase' },
      mode: 'recurring',
      interval: 'month',
      windows: 'calendar',
      by: 'account',
      breakdown: 'country',
      periods: 6,
    },
  ]);
});

test.each([
  [
    'one step',
    'funnels: {x: {steps: [{event: a}]}}',
    'funnels.x.steps: Found a list, expected a list of at least 2 entries.',
  ],
  [
    'a window of zero',
    'funnels: {x: {steps: [{event: a}, {event: b}], window: 0d}}',
    '"0d" is no time from the first step to the last. Write a number above 0 and s, m, h, d or w',
  ],
  ['a window of months', 'funnels: {x: {steps: [{event: a}, {event: b}], window: 1M}}', '"1M" is no time'],
  ['a window too long', 'funnels: {x: {steps: [{event: a}, {event: b}], window: 400d}}', 'longer than 366 days'],
  ['a name', 'funnels: {Sign-up: {steps: [{event: a}, {event: b}]}}', '"Sign-up" cannot name it.'],
  ['a name that is taken by times', 'funnels: {a_time: {steps: [{event: a}, {event: b}]}}', 'not ending in _time'],
  [
    'a filter',
    'funnels: {x: {steps: [{event: a, where: {plan: pro}}, {event: b}]}}',
    '"plan" is no dimension of role events. Accepted here: country, account.',
  ],
  [
    'who is followed',
    'funnels: {x: {steps: [{event: a}, {event: b}], by: session}}',
    'Accepted here: user, country, account.',
  ],
  ['a breakdown', 'funnels: {x: {steps: [{event: a}, {event: b}], breakdown: user}}', '"user" is no dimension'],
  [
    'an optional first step',
    'funnels: {x: {steps: [{event: a, optional: true}, {event: b}]}}',
    'The first step cannot be optional',
  ],
  [
    'an optional last step',
    'funnels: {x: {steps: [{event: a}, {event: b, optional: true}]}}',
    'The last step cannot be optional',
  ],
  [
    'an exclusion without room',
    'funnels: {x: {steps: [{event: a}, {event: b}], exclude: [{event: c, after: 2}]}}',
    'It voids ways between step 2 and step 2, but the funnel has steps 1 to 2.',
  ],
  [
    'exclusions in any order',
    'funnels: {x: {steps: [{event: a}, {event: b}], order: unordered, exclude: [{event: c}]}}',
    'Without an order nothing lies between',
  ],
  [
    'optional in any order',
    'funnels: {x: {steps: [{event: a}, {event: c, optional: true}, {event: b}], order: unordered}}',
    'In any order every step may be left out',
  ],
  [
    'an attribution',
    'funnels: {x: {steps: [{event: a}, {event: b}], attribution: 3}}',
    'there is no step 3. Write first, last, or a step from 1 to 2.',
  ],
  [
    'an optional step in strict order',
    'funnels: {x: {steps: [{event: a}, {event: c, optional: true}, {event: b}], order: strict}}',
    'Funnel x: step 2 (c) is optional, which means something in the order "ordered" only',
  ],
  [
    'a row that could be two steps of any order',
    'funnels: {x: {steps: [{event: a}, {event: a}], order: unordered}}',
    'Funnel x: one row of a could be both step 1 and step 2',
  ],
  ['rolling months', 'retentions: {x: {interval: month, windows: rolling}}', 'Months have no fixed length'],
  ['a filter of a retention', 'retentions: {x: {start: {event: a, where: {plan: pro}}}}', '"plan" is no dimension'],
])('%s that cannot be is refused in a sentence', (_, text, said) => {
  const problems = problemsOf(text);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(said);
});

test('without the role events nothing can be saved', () => {
  const problems = problemsOf(
    'funnels: {x: {steps: [{event: a}, {event: b}]}}',
    'version: 1\nconnection: {url: "http://x"}\n',
  );
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain('counted from the role events, which is not mapped');
});
