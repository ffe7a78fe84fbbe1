import { parseConfig } from '../config/parse';
import { lookAt } from './look';
import type { LookedTable } from './look';
import { candidatesOf, chosenOf, nearMisses, proposalFor } from './propose';
import type { FoundTable } from './tables';
import { configFile } from './write';

/** A table whose sampled rows are made by `cell(column, row)`. */
function table(
  name: string,
  columns: Readonly<Record<string, string>>,
  cell: (column: string, row: number) => string | null,
  more: Partial<FoundTable> = {},
): LookedTable {
  const names = Object.keys(columns);
  const found: FoundTable = {
    name,
    engine: 'MergeTree',
    engineFull: 'MergeTree ORDER BY tuple()',
    sortingKey: '',
    rows: 1000,
    columns: names.map((c) => ({ name: c, type: columns[c]!, preset: '' })),
    ...more,
  };
  const rows = Array.from({ length: 1000 }, (_, row) => names.map((c) => cell(c, row)));
  return lookAt(found, { columns: names, rows, whole: true });
}

const at = (row: number) => new Date(Date.UTC(2026, 0, 1) + row * 60_000).toISOString().replace('T', ' ').slice(0, 19);
const value = (column: string, row: number): string => {
  if (/At$|_at$|time|ts$/i.test(column)) return at(row);
  if (/name|type|event$/i.test(column)) return ['signup', 'add_to_cart', 'purchase', 'view', 'use_export'][row % 5]!;
  if (/currency/i.test(column)) return ['EUR', 'USD'][row % 2]!;
  if (/country|plan/i.test(column)) return ['DE', 'US', 'FR'][row % 3]!;
  if (/user|customer/i.test(column)) return String(row % 90);
  if (/total|amount|mrr/i.test(column)) return `${row % 50}.50`;
  return String(row);
};
const eventColumns = {
  eventId: 'UUID',
  occurredAt: 'DateTime64(6)',
  eventName: 'LowCardinality(String)',
  userId: 'UUID',
  country: 'Nullable(String)',
  props: 'Map(String, String)',
};
const events = (name = 'app.events', more: Partial<FoundTable> = {}) =>
  table(
    name,
    eventColumns,
    (c, row) =>
      c === 'props'
        ? JSON.stringify({ plan: row % 2 ? 'pro' : 'free', email: `u${row}@example.org`, only: row < 9 ? 'x' : '' })
        : value(c, row),
    more,
  );
const columnsOf = (found: LookedTable, role: Parameters<typeof proposalFor>[0]) =>
  Object.fromEntries((proposalFor(role, found)?.columns ?? []).map(({ logical, column }) => [logical, column]));

test('columns are found by camelCase names, dimensions by their values, personal keys of a Map are not proposed', () => {
  expect(columnsOf(events(), 'events')).toEqual({
    id: 'eventId',
    time: 'occurredAt',
    event: 'eventName',
    user: 'userId',
  });
  const proposal = proposalFor('events', events())!;
  expect(proposal.dimensions.map(({ name, from }) => [name, from])).toEqual([
    ['country', 'country'],
    ['plan', 'props.plan'],
  ]);
  expect([proposal.steps, proposal.features]).toEqual([['signup', 'add_to_cart', 'purchase'], ['use_export']]);
});

test('without an arrival stamp the class is window, with one it is append, as a CDC table moving', () => {
  expect(proposalFor('events', events())!.sourceClass).toMatchObject({ sourceClass: 'window', windowDays: 3 });
  const stamped = table('app.events', { ...eventColumns, ingestedAt: 'DateTime64(3)' }, value);
  expect(proposalFor('events', stamped)!.sourceClass.sourceClass).toBe('append');
  const orders = table(
    'shop.orders',
    {
      id: 'Int64',
      created_at: 'DateTime',
      customer_id: 'Int64',
      total_eur: 'Decimal(18, 2)',
      _v: 'UInt64',
      gone: 'UInt8',
      _synced_at: 'DateTime',
    },
    (c, row) => (c === 'gone' ? '0' : value(c, row)),
    { engine: 'ReplacingMergeTree', engineFull: 'ReplacingMergeTree(_v, gone) ORDER BY id', sortingKey: 'id' },
  );
  const proposal = proposalFor('orders', orders)!;
  expect(proposal.sourceClass.sourceClass).toBe('moving');
  expect(columnsOf(orders, 'orders')).toEqual({
    id: 'id',
    time: 'created_at',
    user: 'customer_id',
    amount: 'total_eur',
    ingestedAt: '_synced_at',
    version: '_v',
    deleted: 'gone',
  });
  expect(proposal.constants).toMatchObject([{ logical: 'currency', value: 'EUR' }]);
});

test('ids that come again tell the class: unchanged, changed, moved', () => {
  const stream = (change: (c: string, row: number) => string | null) =>
    proposalFor(
      'events',
      table('k.events', { ...eventColumns, ingestedAt: 'DateTime64(3)' }, (c, row) =>
        c === 'ingestedAt' ? at(row) : change(c, Math.floor(row / 2)),
      ),
    )!.sourceClass.sourceClass;
  expect(stream(value)).toBe('append');
  let n = 0;
  expect(stream((c, row) => (c === 'occurredAt' ? at(n++) : value(c, row)))).toBe('moving');
});

test('a Replacing table whose key lacks the id cannot be kept by it', () => {
  const odd = table('app.events', { ...eventColumns, ingestedAt: 'DateTime64(3)' }, value, {
    engine: 'ReplacingMergeTree',
    engineFull: 'ReplacingMergeTree ORDER BY (userId, occurredAt)',
    sortingKey: 'userId, occurredAt',
  });
  const { sourceClass, columns } = proposalFor('events', odd)!;
  expect([sourceClass.sourceClass, columns.map(({ logical }) => logical)]).toEqual([
    'window',
    ['time', 'event', 'user'],
  ]);
});

test('of two tables the one that is no draft is proposed, the other is named; one table plays one role', () => {
  const candidates = candidatesOf([events('staging.events'), events()]);
  expect(candidates.events.map((c) => c.table.name)).toEqual(['app.events', 'staging.events']);
  expect([...chosenOf(candidates)].map(([role, p]) => [role, p.table.name])).toEqual([['events', 'app.events']]);
});

test('a table with nothing useful plays no role, and what it lacks is said where little is missing', () => {
  const nothing = table('app.logs', { at: 'DateTime', line: 'String' }, value);
  const nearly = table('app.orders', { created_at: 'DateTime', total: 'Decimal(9, 2)' }, value);
  expect(chosenOf(candidatesOf([nothing, nearly])).size).toBe(0);
  expect(nearMisses([nothing, nearly])).toEqual(['app.orders could be orders but for user']);
});

test('a TTL by another column gets keepsDays, one by the time does not', () => {
  const ttl = (term: string) =>
    proposalFor(
      'events',
      events('app.events', { engineFull: `MergeTree ORDER BY tuple() TTL ${term} SETTINGS x = 1` }),
    )!.keepsDays;
  expect([ttl('occurredAt + toIntervalDay(90)'), ttl('other + toIntervalDay(90)'), ttl('other')]).toEqual([
    undefined,
    89,
    3650,
  ]);
});

test('the file is valid whatever names and values a server has, and holds none of the personal ones', () => {
  const hostile = table(
    'app.events',
    {
      'at # x': 'DateTime',
      'notes: "x"': 'String',
      event: 'LowCardinality(String)',
      user_id: "Enum8('a\n# b' = 1)",
      seg: 'LowCardinality(String)',
      email: 'String',
    },
    (c, row) =>
      c === 'event'
        ? ['a', 'b', 'c', 'purchase: ${HOME}\n- x', "use_'it'"][row % 5]!
        : c === 'email'
          ? `u${row}@example.org`
          : c === 'at # x'
            ? at(row)
            : value(c, row % 3),
  );
  const proposal = proposalFor('events', hostile)!;
  expect(proposal.steps.length).toBeGreaterThan(0);
  const text = configFile(new Map([['events', proposal]]), {
    url: 'http://127.0.0.1:1',
    user: 'u${X}',
    database: 'tm',
    timezone: 'UTC',
  });
  expect(text).not.toContain('example.org');
  const { roles, connection } = parseConfig(text, { file: 't', env: {} });
  expect(connection.user).toBe('u${X}');
  expect(roles.events!.columns).toEqual({ time: 'at # x', event: 'event', user: 'user_id' });
  expect([...roles.events!.steps].sort()).toEqual([...proposal.steps].sort());
});
