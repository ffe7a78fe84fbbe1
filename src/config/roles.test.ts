import { TidemarkError } from '../core/errors';
import { parseConfig } from './parse';

const head = 'version: 1\nconnection: {url: "http://localhost:8123"}\n';
const parse = (text: string) => parseConfig(head + text, { file: 't.yaml', env: {} });

/** The problem lines of a file that is refused, without the two lines of the head. */
function problemsOf(text: string): string[] {
  try {
    parse(text);
  } catch (thrown) {
    if (thrown instanceof TidemarkError && thrown.code === 'config_invalid')
      return thrown.message
        .split('\n')
        .slice(1)
        .map((line) => line.trim());
    throw thrown;
  }
  return [];
}

const events = (rest: string) => `roles:
  events:
    table: shop.events
    class: append
    columns: {id: i, time: t, event: e, user: u, ingestedAt: a}
${rest}`;

test('a role of events has dimensions, tops, steps and a mode', () => {
  const text = events(`    mode: insert
    redelivers: false
    keepsDays: 400
    steps: [signup, purchase]
    dimensions:
      country: land
      plan: props.plan
      city: {from: props.geo.city, top: 50}
    top: {event: 1000, plan: 20}
`);
  expect(parse(text).roles.events).toEqual({
    table: 'shop.events',
    sourceClass: 'append',
    columns: { id: 'i', time: 't', event: 'e', user: 'u', ingestedAt: 'a' },
    constants: {},
    dimensions: [
      { name: 'country', from: 'land', column: 'land', path: [] },
      { name: 'plan', from: 'props.plan', column: 'props', path: ['plan'] },
      { name: 'city', from: 'props.geo.city', column: 'props', path: ['geo', 'city'], top: 50 },
    ],
    tops: { event: 1000, plan: 20, city: 50 },
    keepsDays: 400,
    mode: 'insert',
    features: [],
    steps: ['signup', 'purchase'],
    apdexMs: 500,
  });
});

test('requests, refunds and subscriptions are roles; one service and one currency may be constants', () => {
  const text = `reporting: {timezone: Europe/Berlin, zones: [Asia/Kathmandu, UTC]}
refresh: {freshDays: 3, lateDaysPerRun: 4, memoryMb: 500}
tiers: {minuteDays: 10, quarterDays: 11}
roles:
  requests:
    table: web.log
    class: window
    windowDays: 2
    apdexMs: 250
    columns: {time: t, durationMs: ms, status: s, endpoint: route, release: build}
    constants: {service: shop}
    dimensions: {region: tags.region}
    top: {endpoint: 200}
  refunds:
    table: shop.refunds
    class: append
    columns: {id: i, time: t, amount: a, ingestedAt: at}
    constants: {currency: EUR}
  subscriptions:
    table: shop.subs
    class: moving
    columns: {id: i, time: t, subscription: s, user: u, mrr: m, currency: c, plan: p, ingestedAt: at}
`;
  const { reporting, refresh, tiers, roles } = parse(text);
  expect([reporting.zones, refresh, tiers]).toEqual([
    ['Asia/Kathmandu', 'UTC'],
    { everySeconds: 5, delaySeconds: 3, overlapSeconds: 10, freshDays: 3, lateDaysPerRun: 4, memoryMb: 500 },
    { minuteDays: 10, quarterDays: 11 },
  ]);
  expect(Object.keys(roles)).toEqual(['requests', 'refunds', 'subscriptions']);
  expect(roles.requests).toMatchObject({ apdexMs: 250, constants: { service: 'shop' }, tops: { endpoint: 200 } });
  expect(roles.subscriptions?.columns).toMatchObject({ subscription: 's', plan: 'p' });
});

test.each([
  [
    'a dimension whose name is no name, is taken, or is a column of the rollups',
    events('    dimensions:\n      Land: l\n      user: u\n      n: x\n'),
    [
      't.yaml:9:7 roles.events.dimensions.Land: "Land" cannot name a dimension. Begin with a small letter, then small letters, digits and _: for example plan_name.',
      't.yaml:10:7 roles.events.dimensions.user: Role events has a logical column user already. Map that under columns, or give the dimension another name.',
      't.yaml:11:7 roles.events.dimensions.n: Rollups of events have a column n of their own. Give the dimension another name, such as n_name.',
    ],
  ],
  [
    'a dimension that is neither text nor mapping, or has unknown or wrong keys',
    events(
      '    dimensions:\n      a: 5\n      b: {from: x, to: 3}\n      c: {from: x, top: 0}\n      g: {top: 5}\n      e: props..x\n      f: {from: .x}\n',
    ),
    [
      't.yaml:9:10 roles.events.dimensions.a: Found 5, expected a text, or a mapping of keys.',
      't.yaml:10:20 roles.events.dimensions.b.to: This key does not exist. Accepted here: from, top.',
      't.yaml:11:25 roles.events.dimensions.c.top: Found 0, expected a whole number of at least 1.',
      't.yaml:12:7 roles.events.dimensions.g.from: This key is missing. Add it: A column, or a path into a Map, JSON, Tuple or JSON-in-String column: props.geo.city.',
      't.yaml:13:10 roles.events.dimensions.e: "props..x" has an empty part. Write a column, or a path with one dot between its parts: props.geo.city.',
      't.yaml:14:17 roles.events.dimensions.f.from: ".x" has an empty part. Write a column, or a path with one dot between its parts: props.geo.city.',
    ],
  ],
  [
    'a top for what is not capped, too great, or said twice',
    events('    dimensions: {city: {from: c, top: 5}}\n    top: {user: 5, event: 10001, city: 6}\n'),
    [
      't.yaml:9:11 roles.events.top.user: Rollups keep all values of "user" apart or do not have it. Accepted here: event, city.',
      't.yaml:9:27 roles.events.top.event: Found 10001, expected a whole number of at most 10000.',
      't.yaml:9:34 roles.events.top.city: The dimension city says its top itself. Keep one of them.',
    ],
  ],
  [
    'mode insert where rows are delivered twice',
    events('    mode: insert\n'),
    [
      't.yaml:8:11 roles.events.mode: Mode insert counts a row each time it is inserted, so a redelivered row would be counted twice. Write redelivers: false if that never happens, or mode: recompute.',
    ],
  ],
  [
    'mode insert where rows change',
    events('    mode: insert\n    redelivers: false\n').replace('append', 'moving'),
    [
      't.yaml:8:11 roles.events.mode: Mode insert counts a row when it is inserted and never again, but in class moving rows change or vanish later. Write mode: recompute.',
    ],
  ],
  [
    'keys of another role',
    `roles:
  orders:
    table: shop.orders
    class: append
    columns: {id: i, time: t, user: u, amount: x, currency: c, ingestedAt: a, refundTime: r}
    steps: [x]
    apdexMs: 5
    dimensions: {a: b}
`,
    [
      't.yaml:7:5 roles.orders.columns.refundAmount: This key is missing. refundTime tells when refundAmount was given back: map it, or remove refundTime.',
      't.yaml:8:5 roles.orders.steps: This key does not exist. Accepted here: table, class, windowDays, mode, redelivers, keepsDays, columns, constants.',
      't.yaml:9:5 roles.orders.apdexMs: This key does not exist. Accepted here: table, class, windowDays, mode, redelivers, keepsDays, columns, constants.',
      't.yaml:10:5 roles.orders.dimensions: This key does not exist. Accepted here: table, class, windowDays, mode, redelivers, keepsDays, columns, constants.',
    ],
  ],
  [
    'requests that tell no errors and no service',
    `roles:
  requests: {table: a.b, class: append, redelivers: 1, steps: x, columns: {id: i, time: t, durationMs: d, ingestedAt: a}}
`,
    [
      't.yaml:4:53 roles.requests.redelivers: Found 1, expected true or false.',
      't.yaml:4:56 roles.requests.steps: This key does not exist. Accepted here: table, class, windowDays, mode, redelivers, keepsDays, dimensions, top, apdexMs, columns, constants.',
      't.yaml:4:66 roles.requests.columns.service: This key is missing. Map it to a column, or name one value for all rows: constants: {service: shop}.',
      't.yaml:4:66 roles.requests.columns.status: This key is missing. A failed request is told by its status (500 and above) or by error (a Bool): map at least one of them.',
    ],
  ],
  [
    'zones that do not exist or are kept already',
    'reporting:\n  timezone: Europe/Berlin\n  zones: [Asia/Katmandoo, Europe/Berlin, UTC, UTC]\n',
    [
      't.yaml:5:11 reporting.zones.0: Time zone "Asia/Katmandoo" does not exist. Write an IANA name such as Europe/Berlin or UTC. Did you mean "Asia/Katmandu"?',
      't.yaml:5:27 reporting.zones.1: The days of "Europe/Berlin" are kept already. Remove it: zones are those beside timezone, each once.',
      't.yaml:5:47 reporting.zones.3: The days of "UTC" are kept already. Remove it: zones are those beside timezone, each once.',
    ],
  ],
  [
    'one zone instead of a list',
    'reporting:\n  zones: UTC\n',
    ['t.yaml:4:10 reporting.zones: Found "UTC", expected a list.'],
  ],
  [
    'lives of tiers that contradict each other',
    'tiers: {quarterDays: 5}\n',
    [
      't.yaml:3:22 tiers.quarterDays: 5 days are not more than minuteDays (7). The coarser tier must live longer: write at least 8.',
    ],
  ],
  [
    'fresh days beyond the minute tier',
    'refresh: {freshDays: 5}\n',
    [
      't.yaml:3:22 refresh.freshDays: 5 days are too many for a minute tier that lives 7. Write at most 4, or raise tiers.minuteDays to 8.',
    ],
  ],
  [
    'lives of tiers out of range, keepsDays 0',
    `tiers: {minuteDays: 1}\n${events('    keepsDays: 0\n')}`,
    [
      't.yaml:3:21 tiers.minuteDays: Found 1, expected a whole number of at least 5.',
      't.yaml:9:16 roles.events.keepsDays: Found 0, expected a whole number of at least 1.',
    ],
  ],
])('%s: refused with the place and what to do', (_, text, problems) => {
  expect(problemsOf(text)).toEqual(problems);
});
