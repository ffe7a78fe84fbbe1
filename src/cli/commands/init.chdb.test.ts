import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { parse } from 'yaml';

import { dayNumber, dayText } from '../../testing/law/calendar';
import { Random } from '../../testing/law/random';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { runTidemark } from '../../testing/tidemark';

const zone = 'Asia/Kathmandu';
let engine: TestEngine;
let folder: string;

const tidemark = (...args: readonly string[]) =>
  runTidemark(args, { TIDEMARK_URL: engine.url, TIDEMARK_CONFIG: '' }, folder);

/** A raw row as the pipeline delivers it, again and again. */
interface Raw {
  readonly eventId: string;
  readonly userId: string | null;
  readonly eventName: string | null;
  readonly happenedAt: string;
  readonly countryCode: string | null;
  readonly properties: Readonly<Record<string, string>>;
}

const random = new Random(6);
const uuid = (n: number) => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
const names = ['signedUp', 'itemAdded', 'orderPlaced', 'pageViewed', 'pageViewed', 'pageViewed', 'useExport'];
const startMs = Math.floor(Date.now() / 86_400_000) * 86_400_000 - 12 * 86_400_000;

/** Odd in every way: UUIDs, microseconds in a zone off the full hour, a Map, NULLs, camelCase, two deliveries of most rows. */
function rawRows(): Raw[] {
  const rows = Array.from({ length: 6000 }, (_, n): Raw => {
    const ms = startMs + random.below(12 * 86_400_000);
    const micros = String(random.below(1000)).padStart(3, '0');
    return {
      eventId: uuid(n),
      userId: random.chance(0.03) ? null : uuid(1_000_000 + random.below(700)),
      eventName: random.chance(0.02) ? null : random.pick(names),
      happenedAt: `${(ms / 1000).toFixed(3)}${micros}`,
      countryCode: random.chance(0.1) ? null : random.pick(['NP', 'DE', 'US']),
      properties: {
        plan: random.pick(['free', 'pro']),
        contact: `person${n}@example.org`,
        ...(random.chance(0.05) && { rare: 'x' }),
      },
    };
  });
  return rows.flatMap((row) => Array.from({ length: random.chance(0.6) ? 2 : 1 }, () => row));
}
const raw = rawRows();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-init-'));
  engine = await startEngine();
  const { db } = engine;
  for (const statement of [
    'CREATE DATABASE app',
    `CREATE TABLE app.userEvents (eventId UUID, userId Nullable(UUID), eventName LowCardinality(Nullable(String)), happenedAt DateTime64(6, '${zone}'),
      countryCode LowCardinality(Nullable(String)), properties Map(String, String), storedAt DateTime64(3) DEFAULT now64(3)) ENGINE = MergeTree ORDER BY happenedAt`,
    'CREATE DATABASE billing',
    `CREATE TABLE billing.orders (id Int64, created_at DateTime64(3), customer_id Nullable(Int64), customer_email String, shipping_address String, total Decimal(18, 2), currency FixedString(3),
      _ingested_at DateTime64(3) DEFAULT now64(3), __version UInt64, __deleted UInt8) ENGINE = ReplacingMergeTree(__version, __deleted) ORDER BY id`,
    `INSERT INTO billing.orders (id, created_at, customer_id, customer_email, shipping_address, total, currency, __version, __deleted)
      SELECT number % 400, now() - number % 400 * 1000, number % 50, 'c' || toString(number % 50) || '@example.org', 'Street 1', number % 400, 'EUR', number, number >= 400 AND number % 5 = 0 FROM numbers(600)`,
    'CREATE DATABASE staging',
    'CREATE TABLE staging.events AS app.userEvents',
    'CREATE DATABASE stream',
    `CREATE TABLE stream.messages_events (uuid String, ts DateTime, event_type LowCardinality(String), distinct_id String, payload String, _partition UInt64, _offset UInt64,
      _inserted_at DateTime64(3) DEFAULT now64(3)) ENGINE = MergeTree ORDER BY (event_type, ts)`,
    'CREATE DATABASE misc',
    'CREATE TABLE misc.settings (key String, value String) ENGINE = MergeTree ORDER BY key',
    'CREATE DATABASE useless',
    'CREATE TABLE useless.log (at DateTime, line String) ENGINE = MergeTree ORDER BY at',
    'CREATE TABLE misc.daily_orders (d Date, customer_id UInt64, total Decimal(18, 2), currency String) ENGINE = SummingMergeTree ORDER BY (d, customer_id, currency)',
    'CREATE TABLE misc.raw (at DateTime, event String, user_id UInt64) ENGINE = MergeTree ORDER BY at',
    'INSERT INTO misc.raw SELECT now(), toString(number), number FROM numbers(10)',
    'CREATE VIEW misc.failing_events AS SELECT at, event, throwIf(user_id > 5) AS user_id FROM misc.raw',
    'CREATE VIEW misc.latest AS SELECT d, max(total) AS total FROM misc.daily_orders GROUP BY d',
  ])
    await db.command(statement);
  await db.insert('app.userEvents', raw);
  await db.insert('stream.messages_events', delivered);
}, 60_000);
afterAll(async () => {
  await engine.stop();
  rmSync(folder, { recursive: true });
});

/** A message of a topic, delivered once to five times, out of order, as a table behind a Kafka engine has them. */
const messages = Array.from({ length: 3000 }, (_, n) => ({
  uuid: `m-${n}`,
  ts: String(Math.floor(startMs / 1000) + 37 * n),
  event_type: ['session_begin', 'sign_up', 'checkout', 'purchase'][n % 7 < 4 ? 0 : (n % 7) - 3]!,
  distinct_id: `p${(n * 7919) % 411}`,
  payload: JSON.stringify({
    channel: ['ads', 'mail', 'direct'][n % 3],
    mail: `p${n}@example.org`,
    nested: { tier: n % 2 ? 'a' : 'b' },
  }),
}));
const delivered = messages.flatMap((m, n) => Array.from({ length: 1 + ((n * 31) % 5) }, () => m)).reverse();

interface Told {
  readonly roles: Readonly<
    Record<
      string,
      {
        readonly table: string;
        readonly class: string;
        readonly columns: Readonly<
          Record<string, { readonly column: string; readonly samples: string; readonly sure: string }>
        >;
        readonly dimensions: readonly { readonly name: string; readonly from: string }[];
        readonly steps: readonly string[];
        readonly others: readonly { readonly table: string }[];
      }
    >
  >;
  readonly skipped: readonly { readonly table: string; readonly why: string }[];
}

test('odd tables are found, told with reasons, and what cannot be read is skipped in a sentence', async () => {
  const { code, stdout } = await tidemark('init', '--yes', '--json', '--out', '-');
  expect(code).toBe(0);
  const { roles, skipped } = JSON.parse(stdout) as Told;
  expect(Object.keys(roles)).toEqual(['events', 'orders']);
  expect(roles['events']).toMatchObject({ table: 'app.userEvents', class: 'append' });
  expect(Object.fromEntries(Object.entries(roles['events']!.columns).map(([l, { column }]) => [l, column]))).toEqual({
    id: 'eventId',
    time: 'happenedAt',
    event: 'eventName',
    user: 'userId',
    ingestedAt: 'storedAt',
  });
  expect(roles['events']!.dimensions.map(({ name, from }) => [name, from])).toEqual([
    ['country_code', 'countryCode'],
    ['plan', 'properties.plan'],
  ]);
  expect(roles['events']!.others.map(({ table }) => table)).toContain('staging.events');
  expect(roles['orders']).toMatchObject({ table: 'billing.orders', class: 'moving' });
  expect(roles['orders']!.columns['version']?.column).toBe('__version');
  expect(roles['orders']!.columns['deleted']?.column).toBe('__deleted');
  expect(Object.fromEntries(skipped.map(({ table, why }) => [table, why.split(':')[0]]))).toEqual({
    'misc.daily_orders':
      'its rows are sums already (SummingMergeTree, by d, customer_id, currency); map the table that it is made from.',
    'misc.failing_events': 'it cannot be read',
  });
  expect(stdout).not.toContain('example.org');
});

test('the file is accepted by migrate as it is, and every number equals plain TypeScript over the rows', async () => {
  const init = await tidemark('init', '--yes', '--timezone', zone);
  expect([init.code, init.stderr]).toMatchObject([
    0,
    expect.stringContaining('Skipped misc.failing_events: it cannot be read: '),
  ]);
  expect(init.stdout).toContain('Wrote tidemark.yaml with roles events, orders.');
  expect(init.stdout).not.toContain('example.org');
  const text = readFileSync(join(folder, 'tidemark.yaml'), 'utf8');
  expect(text).toContain('eventId # UUID; its name, ');
  expect((parse(text) as { reporting: { timezone: string } }).reporting.timezone).toBe(zone);
  for (const command of ['migrate', 'refresh', 'backfill', 'refresh']) {
    const { code, stderr } = await tidemark(command);
    expect([command, code, code === 0 ? '' : stderr]).toEqual([command, 0, '']);
  }
  const verified = await tidemark('verify', '--all');
  expect([verified.code, verified.code === 0 ? '' : verified.stdout]).toEqual([0, '']);

  const facts = [...new Map(raw.map((row) => [row.eventId, row])).values()];
  const day = ({ happenedAt }: Raw) => dayText(dayNumber(Math.floor(Number(happenedAt) * 1000), zone));
  const users = new Map<string, Set<string>>();
  const counts = new Map<string, number>();
  for (const row of facts) {
    if (row.userId !== null) users.set(day(row), (users.get(day(row)) ?? new Set()).add(row.userId));
    // A NULL name or value is the empty text; only a row without a user is no user's.
    const key = [day(row), row.eventName ?? '', row.countryCode ?? '', row.properties['plan']].join(' ');
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const dau = await engine.db.query<{ d: string; n: string }>(
    'SELECT toString(d) AS d, toString(count()) AS n FROM tidemark.user_day FINAL GROUP BY d ORDER BY d',
  );
  expect(Object.fromEntries(dau.map(({ d, n }) => [d, Number(n)]))).toEqual(
    Object.fromEntries([...users].sort().map(([d, of]) => [d, of.size])),
  );
  const byDimension = await engine.db.query<{ k: string; n: string }>(
    "SELECT concat(toString(d), ' ', event, ' ', country_code, ' ', plan) AS k, toString(sum(n)) AS n FROM tidemark.event_day FINAL GROUP BY k ORDER BY k",
  );
  expect(Object.fromEntries(byDimension.map(({ k, n }) => [k, Number(n)]))).toEqual(
    Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1))),
  );
  const [orders] = await engine.db.query(
    'SELECT toFloat64(sum(orders)) AS orders, toFloat64(sum(gross)) AS gross FROM tidemark.order_day FINAL',
  );
  // Ids 0 to 199 came a second time, each fifth of them as a tombstone. An order without a customer does not occur here.
  const alive = Array.from({ length: 400 }, (_, id) => id).filter((id) => id >= 200 || (id + 400) % 5 !== 0);
  expect(orders).toEqual({ orders: alive.length, gross: alive.reduce((sum, id) => sum + id, 0) });
}, 240_000);

test('doctor finds no problem in what init and migrate made, and tells dashboards that are not current', async () => {
  const dashboards = async () => {
    const { code, stdout } = await tidemark('doctor', '--dashboards', 'grafana', '--json');
    const findings = JSON.parse(stdout) as { check: string; state: string; code: string; what: string }[];
    expect([code, findings.filter(({ state }) => state === 'problem')]).toEqual([0, []]);
    return findings.filter(({ check }) => check === 'dashboards').map((f) => [f.code, f.what]);
  };
  expect(await dashboards()).toEqual([['dashboards_not_built', 'Folder "grafana" has no dashboards of Tidemark.']]);
  expect(await tidemark('build', '--out', 'grafana')).toMatchObject({ code: 0 });
  expect(await dashboards()).toEqual([['ok', '']]);
  writeFileSync(join(folder, 'grafana', 'dashboards', 'home.json'), '{}');
  expect(await dashboards()).toEqual([
    [
      'dashboards_stale',
      'Dashboards in folder "grafana" are not those of this tidemark.yaml and version: dashboards/home.json.',
    ],
  ]);
}, 120_000);

test('a stream that delivers up to five times counts each message once', async () => {
  const files = ['--out', 'stream.yaml', '--database', 'tm_stream', '--timezone', 'UTC'];
  const init = await tidemark('init', '--yes', '--look-in', 'stream', ...files, '--json');
  expect(JSON.parse(init.stdout)).toMatchObject({
    roles: {
      events: {
        table: 'stream.messages_events',
        class: 'append',
        dimensions: [
          { name: 'channel', from: 'payload.channel' },
          { name: 'tier', from: 'payload.nested.tier' },
        ],
        steps: ['sign_up', 'checkout', 'purchase'],
      },
    },
  });
  for (const command of ['migrate', 'refresh', 'backfill'])
    expect(await tidemark(command, '--config', 'stream.yaml')).toMatchObject({ code: 0 });
  const day = ({ ts }: (typeof messages)[number]) => new Date(1000 * Number(ts)).toISOString().slice(0, 10);
  const days = [...new Set(messages.map(day))].sort();
  const { db } = engine;
  const dau = await db.query(
    'SELECT toString(d) AS d, toUInt32(count()) AS n FROM tm_stream.user_day FINAL GROUP BY d ORDER BY d',
  );
  expect(dau).toEqual(
    days.map((d) => ({ d, n: new Set(messages.filter((m) => day(m) === d).map((m) => m.distinct_id)).size })),
  );
  const byDimension = await db.query<{ k: string; n: number }>(
    "SELECT concat(event, ' ', channel, ' ', tier) AS k, toUInt32(sum(n)) AS n FROM tm_stream.event_day FINAL GROUP BY k ORDER BY k",
  );
  const counts = new Map<string, number>();
  for (const { event_type: event, payload } of messages) {
    const { channel, nested } = JSON.parse(payload) as { channel: string; nested: { tier: string } };
    const key = `${event} ${channel} ${nested.tier}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  expect(Object.fromEntries(byDimension.map(({ k, n }) => [k, n]))).toEqual(Object.fromEntries(counts));
}, 120_000);

test('Tidemark’s own tables are not proposed, and a file that exists is left as it is', async () => {
  const before = readFileSync(join(folder, 'tidemark.yaml'), 'utf8');
  const refused = await tidemark('init', '--yes');
  expect([refused.code, refused.stderr]).toEqual([
    2,
    'tidemark: tidemark.yaml exists and is left as it is. Write another file with --out, or overwrite it with --force.\n',
  ]);
  expect(readFileSync(join(folder, 'tidemark.yaml'), 'utf8')).toBe(before);
  const again = await tidemark('init', '--yes', '--force', '--json');
  const { roles } = JSON.parse(again.stdout) as Told;
  expect(Object.values(roles).map(({ table }) => table)).toEqual(['app.userEvents', 'billing.orders']);
});

test.each([
  [
    ['--yes', '--look-in', 'useless', '--out', 'none.yaml'],
    1,
    /^.*No table that was looked at \(1\) can play a role: .*\n$/s,
  ],
  [
    ['--yes', '--look-in', 'nowhere', '--out', 'none.yaml'],
    1,
    /has no table of yours in nowhere\. Name other databases with --look-in/,
  ],
  [['--out', 'none.yaml'], 2, /asks on a terminal, and this is none\. Add --yes/],
  [['--yes', '--out', 'none.yaml', '--timezone', 'Mars/Base'], 2, /--timezone "Mars\/Base" does not exist\./],
  [['--yes', '--out', 'none.yaml', '--url', 'clickhouse'], 2, /--url "clickhouse" is not an address\./],
  [['--yes', '--out', 'none.yaml', '--url', 'http://127.0.0.1:1'], 3, /cannot be reached \(ECONNREFUSED\)/],
] as const)('%p ends with %d and one sentence, and writes nothing', async (args, code, sentence) => {
  const ran = await tidemark('init', ...args);
  expect(ran.code).toBe(code);
  expect(ran.stderr).toMatch(sentence);
  expect(existsSync(join(folder, 'none.yaml'))).toBe(false);
});
