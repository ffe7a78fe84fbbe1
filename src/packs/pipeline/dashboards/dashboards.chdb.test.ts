import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

import { renderDashboards } from '../../../dashboards/dashboards';
import { defaultSettings } from '../../../dashboards/settings';
import { ask, askPanel, openedWith, queryPanels, statementOf } from '../../../testing/dashboardQueries';
import type { Reading } from '../../../testing/dashboardQueries';
import type { TestEngine } from '../../../testing/engine';
import { startEngine } from '../../../testing/engine';
import { makeHealthTables } from '../../../testing/health';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

let engine: TestEngine;
let nowMs: number;
const pages = new Map(
  renderDashboards({ ...defaultSettings, database: 'tm' }).map((dashboard) => [dashboard.uid ?? '', dashboard]),
);
const page = (uid: string): Dashboard => {
  const found = pages.get(`tidemark-${uid}`);
  if (!found) throw new Error(`no dashboard ${uid}`);
  return found;
};
const time = (ms: number) => new Date(ms).toISOString().replace('T', ' ').replace('Z', '');
const ago = (ms: number) => time(nowMs - ms);
const all = { value: ['$__all'], multi: true, includeAll: true, options: ['shop'] };
const reading = (ofMs = 6 * hourMs): Reading => ({
  fromMs: nowMs - ofMs,
  toMs: nowMs,
  timezone: 'utc',
  variables: { pipeline: all },
});
const on = (uid: string, title: string, of = reading()) => askPanel(engine.db, page(uid), title, of);

/** Looks: one row for each age. Columns that are not given take ClickHouse's defaults. */
const insert = (table: string, rows: readonly object[]) => engine.db.insert(`tm.${table}`, rows);

beforeAll(async () => {
  engine = await startEngine();
  nowMs = Math.floor(Date.now() / minuteMs) * minuteMs;
  await makeHealthTables(engine.db, 'tm');
  // Before anything was looked at, every panel answers.
  for (const uid of ['cdc-postgres', 'cdc-kafka', 'clickhouse'])
    for (const panel of queryPanels(page(uid))) await ask(engine.db, statementOf(panel), reading());

  const beat = (pipeline: string, ageMs: number, lag: number | null) => ({
    at: ago(ageMs),
    pipeline,
    lag_s: lag,
    seen_at: lag === null ? null : ago(ageMs + 1000 * lag),
  });
  await insert('health_heartbeat', [
    ...[60, 50, 40, 3, 2, 1].map((m) => beat('shop', m * minuteMs, 1.5)),
    beat('shop', 30_000, 75),
    beat('crm', 20 * minuteMs, 400),
    beat('crm', minuteMs, null),
  ]);
  const slot = (name: string, ageMs: number, own: object) => ({
    at: ago(ageMs),
    server: 'main',
    slot: name,
    pipeline: 'shop',
    expected: 1,
    status: 'reserved',
    active: 1,
    retained_bytes: 0,
    ...own,
  });
  await insert('health_slot', [
    // A megabyte a minute for half an hour, 60 megabytes left: full in an hour.
    slot('grows', 31 * minuteMs, { retained_bytes: 5e6, safe_bytes: 91e6 }),
    slot('grows', minuteMs, { retained_bytes: 35e6, safe_bytes: 60e6, unconfirmed_bytes: 1000 }),
    slot('still', minuteMs, { retained_bytes: 1000, safe_bytes: null }),
    slot('gone', 2 * hourMs, { retained_bytes: 7000 }),
    slot('gone', minuteMs, { status: 'lost', active: 0, retained_bytes: null, invalidation: 'wal_removed' }),
    slot('other', minuteMs, { pipeline: '', expected: 0, status: 'unused', retained_bytes: null }),
    slot('old', 30 * hourMs, { status: 'lost' }),
  ]);
  const copy = (table: string, own: object, ageMs = minuteMs) => ({
    at: ago(ageMs),
    pipeline: 'shop',
    table: `public.${table}`,
    target: `shop.${table}`,
    present: 1,
    target_present: 1,
    published: 1,
    identity: 'default',
    rows: 1000,
    rows_exact: 1,
    target_rows: 1000,
    target_rows_exact: 1,
    changes: 0,
    ...own,
  });
  await insert('health_table', [
    copy('well', { changes: 100 }, 5 * minuteMs),
    copy('well', { changes: 700 }),
    copy('stuck', { waits_since: ago(16 * minuteMs), changes: 5 }),
    // By the clock: `nowMs` is the begin of its minute, up to a minute older than what the engine compares with.
    copy('waits', { waits_since: time(Date.now() - 14 * minuteMs), changes: 5 }),
    copy('apart', { waits_since: ago(minuteMs), rows: 1101, changes: 9 }),
    copy('near', { waits_since: ago(minuteMs), rows: 1100, changes: 9 }),
    copy('guess', { waits_since: ago(minuteMs), rows: 9000, rows_exact: 0, changes: 9 }),
    copy('lacks', { missing_columns: ['vat', 'note'] }),
    copy('unnamed', { identity: 'missing' }),
    copy('hidden', { published: 0 }),
    copy('fled', { target_present: 0, target_rows: null }),
    copy('dropped', { present: 0, rows: null }),
  ]);
  await insert('health_source', [
    { at: ago(minuteMs), source: 'postgres main', part: '', state: 'ok' },
    { at: ago(5 * minuteMs), source: 'postgres main', part: 'shop', state: 'failed' },
    { at: ago(minuteMs), source: 'kafka main', part: '', state: 'backoff' },
    { at: ago(minuteMs), source: 'dbt marts', part: '', state: 'failed' },
  ]);
  await insert('health_check', [
    { at: ago(10 * minuteMs), pipeline: 'shop', view: 'v', name: 'toast', subject: 'orders', bad: 4 },
    { at: ago(minuteMs), pipeline: 'shop', view: 'v', name: 'toast', subject: 'orders', bad: 0 },
    { at: ago(minuteMs), pipeline: 'shop', view: 'v', name: 'ghosts', subject: 'orders', bad: 3, detail: '1, 2, 3' },
  ]);
  await insert('health_postgres', [
    { at: ago(minuteMs), server: 'main', version: 160004, wal_level: 'logical', slots: 3, max_slots: 10, oldest_s: 12 },
  ]);
  const group = (topic: string, ageMs: number, verdict: string, own: object = {}) => ({
    at: ago(ageMs),
    pipeline: 'shop',
    cluster: 'main',
    consumer_group: 'ch',
    topic,
    verdict,
    ...own,
  });
  await insert('health_kafka_group', [
    group('a', 4 * minuteMs, 'OK', { lag: 5, lag_s: 1, produced_per_s: 10, consumed_per_s: 10 }),
    group('a', 3 * minuteMs, 'STALL', { lag: 600, lag_s: 61, produced_per_s: 10, consumed_per_s: 0 }),
    group('b', 4 * minuteMs, 'WARN', { lag: 7, lag_s: 2, produced_per_s: 1, consumed_per_s: 2 }),
    group('b', 3 * minuteMs, 'OK', { lag: 3, lag_s: 1, produced_per_s: 3, consumed_per_s: 2 }),
  ]);
  await insert('health_kafka_partition', [
    { ...group('a', minuteMs, 'STALL', { lag: 600, lag_s: 61 }), partition: 1 },
    { ...group('a', minuteMs, 'OK'), partition: 0 },
    { ...group('a', 2 * hourMs, 'STOP'), partition: 7 },
  ]);
  const topic = (name: string, ageMs: number, own: object) => ({
    at: ago(ageMs),
    pipeline: 'shop',
    cluster: 'main',
    topic: name,
    found: 1,
    ...own,
  });
  await insert('health_kafka_topic', [
    topic('dlq', 90 * minuteMs, { dead_letters: 1, fresh: 100 }),
    topic('dlq', 20 * minuteMs, { dead_letters: 1, fresh: 2 }),
    topic('dlq', minuteMs, { dead_letters: 1, fresh: 1 }),
    topic('a', minuteMs, { fresh: 50, skew: 2.25, busiest_partition: 3, busiest_share: 0.75 }),
  ]);
  await insert('health_connector', [
    { at: ago(minuteMs), pipeline: 'shop', cluster: 'c', connector: 'well', state: 'RUNNING', tasks: 1 },
    { at: ago(minuteMs), pipeline: 'shop', cluster: 'c', connector: 'lame', state: 'RUNNING', down: 1, tasks: 1 },
  ]);
  const counter = (name: string, ageMs: number, change: number | null) => ({
    at: ago(ageMs),
    host: 'h',
    kind: 'event',
    name,
    change,
  });
  await insert('health_server_metric', [
    counter('Query', 10 * minuteMs, null),
    counter('Query', 9 * minuteMs, 86_400),
    counter('FailedQuery', 9 * minuteMs, 8640),
    counter('InsertedRows', 9 * minuteMs, 1000),
    counter('InsertQuery', 9 * minuteMs, 4),
    counter('OSCPUVirtualTimeMicroseconds', 9 * minuteMs, 86_400e6 * 1.5),
  ]);
  await insert('health_disk', [
    { at: ago(120 * minuteMs), host: 'h', disk: 'default', free_bytes: 70e9, total_bytes: 100e9 },
    { at: ago(minuteMs), host: 'h', disk: 'default', free_bytes: 12.5e9, total_bytes: 100e9 },
    { at: ago(minuteMs), host: 'h', disk: 's3', free_bytes: null, total_bytes: null },
  ]);
  const parts = (table: string, most: number) => ({
    at: ago(minuteMs),
    host: 'h',
    database: 'd',
    table,
    max_parts: most,
  });
  await insert('health_parts', [parts('a', 12), parts('b', 340)]);
  const view = (name: string, own: object) => ({ at: ago(minuteMs), host: 'h', database: 'd', view: name, ...own });
  await insert('health_view', [view('a', {}), view('b', { failing: 1, why: 'late' })]);
  const mutation = (id: string, ageMs: number, failure: string) => ({
    at: ago(ageMs),
    host: 'h',
    database: 'd',
    table: 't',
    mutation: id,
    failure,
  });
  await insert('health_mutation', [mutation('over', 10 * minuteMs, ''), mutation('sick', minuteMs, 'no memory')]);
  await insert('health_replica', [
    { at: ago(minuteMs), host: 'h', database: 'd', table: 'well', delay_s: 3 },
    { at: ago(minuteMs), host: 'h', database: 'd', table: 'ill', readonly: 1 },
  ]);
  await insert('health_error', [
    { at: ago(minuteMs), host: 'h', name: 'CANNOT_PARSE_TEXT', count: 3 },
    { at: ago(minuteMs), host: 'i', name: 'CANNOT_PARSE_TEXT', count: 4 },
    { at: ago(minuteMs), host: 'h', name: 'SEEN_BEFORE', count: 0 },
  ]);
}, 60_000);
afterAll(() => engine?.stop());

test('every panel answers, with the variables as they are when the page is opened', async () => {
  for (const uid of ['cdc-postgres', 'cdc-kafka', 'clickhouse']) {
    const opened = { ...reading(), variables: await openedWith(engine.db, page(uid), reading()) };
    for (const panel of queryPanels(page(uid))) {
      const rows = await ask(engine.db, statementOf(panel), opened);
      expect([panel.title, rows.length]).toEqual([panel.title, expect.any(Number)]);
    }
  }
  expect(await openedWith(engine.db, page('cdc-postgres'), reading())).toMatchObject({
    pipeline: { options: ['shop'] },
  });
});

test('the tile of Postgres has the newest looks only', async () => {
  const [row] = await on('cdc-postgres', 'Just now');
  // crm has no beat any more, nor has one arrived: 75 s of shop is the worst that is known.
  expect(row).toEqual({ 'Worst lag': 75, 'Slots in danger': 1, 'Tables that differ': 7, 'Looks that fail': 2 });
});

test('slots: the lost one first; when the one that grows is full', async () => {
  const rows = await on('cdc-postgres', 'Replication slots');
  expect(rows.map((row) => [row['Slot'], row['Status'], row['Why']])).toEqual([
    ['gone', 'lost', 'wal_removed'],
    ['grows', 'reserved', ''],
    ['still', 'reserved', ''],
    ['other', 'unused', ''],
  ]);
  expect(Number(rows[1]?.['Full in'])).toBeCloseTo(3600, 0);
  expect([rows[0]?.['Full in'], rows[2]?.['Full in']]).toEqual([null, null]);
});

test('copies: each for what is wrong with it; estimates and gaps below the limit are no difference', async () => {
  const rows = await on('cdc-postgres', 'Tables and their copies');
  expect(Object.fromEntries(rows.map((row) => [row['Table'], row['State']]))).toEqual({
    'public.well': 'same',
    'public.near': 'same',
    'public.guess': 'same',
    'public.waits': 'same',
    'public.stuck': 'stands still',
    'public.apart': 'rows differ',
    'public.lacks': 'columns differ',
    'public.unnamed': 'no identity',
    'public.hidden': 'not published',
    'public.fled': 'no copy',
    'public.dropped': 'no table',
  });
  expect(rows.at(-1)?.['State']).toBe('same');
  expect(rows.find((row) => row['Table'] === 'public.guess')?.['Rows']).toBe('≈ 9000');
});

test('a chosen pipeline alone; rates of changes; truth tests as they are now', async () => {
  const crm = { ...reading(), variables: { pipeline: { ...all, value: ['crm'] } } };
  expect((await on('cdc-postgres', 'Replication lag', crm)).map((row) => row['Lag'])).toEqual([400]);
  // 600 changes within the range, drawn in one bucket of a day here.
  const changes = await on('cdc-postgres', 'Rows changed');
  expect(changes.find((row) => row['name'] === 'public.well')?.['Rows']).toBeCloseTo(600 / 86_400);
  expect((await on('cdc-postgres', 'Truth tests')).map((row) => [row['Test'], Number(row['Wrong'])])).toEqual([
    ['ghosts', 3],
    ['toast', 0],
  ]);
});

test('states end where nobody looked', async () => {
  const sql = statementOf(queryPanels(page('cdc-kafka')).find(({ title }) => title === 'Consumer groups over time')!);
  const minutes = sql.replaceAll('$__interval_s', '60');
  const rows = await ask(engine.db, minutes, reading());
  expect(rows.map((row) => [row['subject'], row['state'] === null ? null : Number(row['state'])])).toEqual([
    ['ch · a', 0],
    ['ch · b', 1],
    ['ch · a', 3],
    ['ch · b', 0],
  ]);
  const later = await ask(engine.db, minutes.replaceAll('greatest(60, 60)', 'greatest(10, 10)'), reading());
  expect(later.filter((row) => row['state'] === null).map((row) => row['subject'])).toEqual([
    'ch · a',
    'ch · b',
    'ch · a',
    'ch · b',
  ]);
});

test('Kafka: groups, partitions of the last hour, dead letters, connectors whose task failed', async () => {
  const [row] = await on('cdc-kafka', 'Just now');
  expect(row).toEqual({
    'Longest wait': 61,
    'Groups in trouble': 1,
    'Connectors down': 1,
    'Dead letters, 1 h': 3,
  });
  expect((await on('cdc-kafka', 'Partitions')).map((r) => [r['Partition'], r['State']])).toEqual([
    ['1', 'STALL'],
    ['0', 'OK'],
  ]);
  expect((await on('cdc-kafka', 'Connectors')).map((r) => [r['Connector'], r['State']])).toEqual([
    ['lame', 'FAILED'],
    ['well', 'RUNNING'],
  ]);
  expect((await on('cdc-kafka', 'Topics')).find((r) => r['Topic'] === 'a')).toMatchObject({
    Skew: 2.25,
    Busiest: 'n° 3: 75 %',
  });
  expect(await on('cdc-kafka', 'Written and read')).toMatchObject([{ Written: 12, Read: 7 }]);
});

test('ClickHouse: the tile, rates by the counters’ rises, what waits, the disk that fills', async () => {
  expect(await on('clickhouse', 'Just now')).toEqual([
    {
      'Views that fail': 1,
      'Read-only replicas': 1,
      'Failed mutations': 1,
      'Most parts': 340,
      'Fullest disk': 0.875,
    },
  ]);
  expect(await on('clickhouse', 'Queries')).toMatchObject([
    { Queries: 1, Failed: 0.1, 'Inserts slowed': 0, 'Inserts refused': 0 },
  ]);
  expect(await on('clickhouse', 'CPU of queries')).toMatchObject([{ Cores: 1.5 }]);
  expect(await on('clickhouse', 'Rows per insert')).toMatchObject([{ 'Rows per insert': 250 }]);
  // A mutation that is not seen any more is done.
  expect((await on('clickhouse', 'Mutations')).map((row) => [row['Table'], row['Failure']])).toEqual([
    ['d.t', 'no memory'],
    ['d.ill', ''],
  ]);
  const [disk, bucket] = await on('clickhouse', 'Disks');
  // 57.5 GB in 119 minutes, 12.5 GB are left.
  expect(Number(disk?.['Full in'])).toBeCloseTo(12.5 / (57.5 / (119 * 60)), 0);
  expect([bucket?.['Disk'], bucket?.['Used']]).toEqual(['s3', null]);
  expect((await on('clickhouse', 'Errors')).map((row) => [row['name'], Number(row['Errors'])])).toEqual([
    ['CANNOT_PARSE_TEXT', 7],
  ]);
});
