import fc from 'fast-check';

import { parseConfig } from '../config/parse';
import { lookAt } from './look';
import { candidatesOf, chosenOf } from './propose';
import type { FoundTable } from './tables';
import { configFile } from './write';

/** Names that tables really have, and such as would break a file that is put together carelessly. */
const names = [
  ...[
    'id',
    'eventId',
    'event_name',
    'action',
    'occurred_at',
    'ts',
    'createdAt',
    'user_id',
    'customerId',
    'uuid',
    'total_eur',
    'amount',
    'currency',
  ],
  ...[
    'mrr',
    'subscription_id',
    'plan',
    'duration_ms',
    'status',
    'service',
    'path',
    'refunded_at',
    'refundAmount',
    '_version',
    'is_deleted',
    'ingested_at',
  ],
  ...[
    'email',
    'props',
    'a b',
    'x: y',
    '# no',
    "it's",
    'say "x"',
    '${HOME}',
    '- list',
    '{a}',
    '&anchor',
    'true',
    'ünï',
    'null',
    '1',
    '@at',
    '%',
    '?',
    'line\nbreak',
  ],
];
const types = [
  ...[
    'String',
    'LowCardinality(String)',
    'Nullable(String)',
    'UUID',
    'UInt64',
    'Int8',
    'UInt8',
    'Bool',
    'Float64',
    'Decimal(18, 4)',
    'DateTime',
    "DateTime64(6, 'Asia/Kathmandu')",
  ],
  ...[
    'Nullable(DateTime)',
    'Date',
    'Map(String, String)',
    'JSON',
    "Enum8('a\\'b' = 1, 'c\n# d' = 2)",
    'Array(String)',
    'IPv4',
    'FixedString(3)',
  ],
];
const values = [
  '1',
  '2',
  '2026-01-02 03:04:05',
  'EUR',
  '/path',
  '200',
  'view',
  'use_x',
  'sign_up',
  'purchase: # ${A}\n',
  '{"k":"v","${B}":"w"}',
  '',
  null,
  'a@b.org',
  '-1',
];
const engines = ['MergeTree', 'ReplacingMergeTree', 'View', 'Distributed'];

const table = fc.record({
  names: fc.uniqueArray(fc.constantFrom(...names), { minLength: 3, maxLength: 14 }),
  types: fc.array(fc.constantFrom(...types), { minLength: 14, maxLength: 14 }),
  engine: fc.constantFrom(...engines),
  key: fc.nat(13),
  now: fc.boolean(),
  cells: fc.array(fc.array(fc.constantFrom(...values), { minLength: 14, maxLength: 14 }), { maxLength: 12 }),
  name: fc.constantFrom('shop.events', 'shop.orders', 'app.subscriptions', 'x.refunds', 'y.requests', 'z.thing'),
});

/** Types by name for half of the columns: wholly random ones hardly ever make a role. */
const likely: readonly (readonly [RegExp, string])[] = [
  [/(_at|ts|At)$/, 'DateTime64(3)'],
  [/(amount|total|mrr|Amount|duration)/, 'Decimal(18, 4)'],
  [/status|_version/, 'UInt32'],
  [/deleted/, 'UInt8'],
  [/./, 'String'],
];
const typeOf = (name: string, random: string, i: number): string =>
  i % 3 === 2 ? random : (likely.find(([form]) => form.test(name))?.[1] ?? random);

test('2,000 random tables: what is proposed is a valid file that says just that', () => {
  let written = 0;
  fc.assert(
    fc.property(table, (random) => {
      const columns = random.names.map((name, i) => ({
        name,
        type: typeOf(name, random.types[i]!, i),
        preset: random.now && /_at$/.test(name) ? 'now64(3)' : '',
      }));
      const sortingKey = random.names[random.key % random.names.length]!;
      const found: FoundTable = {
        name: random.name,
        engine: random.engine,
        engineFull: `${random.engine} ORDER BY ${sortingKey}`,
        sortingKey,
        rows: random.cells.length,
        columns,
      };
      const rows = random.cells.map((row) => row.slice(0, columns.length));
      const chosen = chosenOf(candidatesOf([lookAt(found, { columns: random.names, rows, whole: true })]));
      if (chosen.size === 0) return;
      written++;
      const options = { url: 'http://127.0.0.1:8123', user: 'u', database: 'tm', timezone: 'UTC' };
      const { roles } = parseConfig(configFile(chosen, options), { file: 't', env: {} });
      for (const [role, proposal] of chosen) {
        expect(roles[role]).toMatchObject({
          table: random.name,
          sourceClass: proposal.sourceClass.sourceClass,
          columns: Object.fromEntries(proposal.columns.map(({ logical, column }) => [logical, column])),
          constants: Object.fromEntries(proposal.constants.map(({ logical, value }) => [logical, value])),
          steps: proposal.steps,
          features: proposal.features,
        });
        expect(roles[role]!.dimensions.map(({ name, from }) => [name, from])).toEqual(
          proposal.dimensions.map(({ name, from }) => [name, from]),
        );
      }
    }),
    { numRuns: 2000, seed: 6 },
  );
  expect(written).toBeGreaterThan(150);
});
