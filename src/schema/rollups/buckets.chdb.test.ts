import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { install } from '../../testing/law/installed';
import type { Source } from '../installation';
import { bucketOfRow, prunedBucket } from './buckets';

let engine: TestEngine;
let events: Source;
beforeAll(async () => {
  engine = await startEngine();
  const { installation } = await install(
    engine.db,
    'pruned',
    [{ role: 'events', sourceClass: 'append', engine: 'replacing' }],
    { timezone: 'UTC' },
  );
  const { sources } = installation;
  if (!sources.events) throw new Error('events are not mapped');
  events = { ...sources.events, columns: { time: 't' } };
}, 60_000);
afterAll(() => engine.stop());

/** Rows of a day, two of which share a granule of 64 with a year that a DateTime cannot hold. */
async function fill(table: string, type: string, absurd: readonly string[]): Promise<void> {
  await engine.db.command(
    `CREATE TABLE ${table} (e LowCardinality(String), t ${type}, n UInt64) ENGINE = MergeTree ORDER BY (e, t) SETTINGS index_granularity = 64`,
  );
  const odd = absurd.map((time) => ` UNION ALL SELECT arrayJoin(['a', 'b']), CAST('${time}' AS ${type}), 1`).join('');
  await engine.db.command(
    `INSERT INTO ${table} SELECT ['a', 'b'][1 + number % 2], toDateTime64('2026-05-01 00:00:00', 3, 'UTC') + 7 * intDiv(number, 2), number FROM numbers(24000)${odd}`,
  );
}

const times = [
  { type: "DateTime64(3, 'UTC')", absurd: ['1950-06-01 10:00:30', '2250-06-01 10:00:30'] },
  { type: "DateTime64(9, 'Asia/Kathmandu')", absurd: ['1910-06-01 10:00:30', '2200-06-01 10:00:30'] },
  { type: "DateTime('Australia/Lord_Howe')", absurd: ['2100-06-01 10:00:30'] },
] as const;

test.each(times)(
  'rows of touched buckets are found by the key, all of them and few others: $type',
  async ({ type, absurd }) => {
    const table = `pruned.rows_${times.findIndex((t) => t.type === type)}`;
    await fill(table, type, absurd);
    const source: Source = { ...events, types: { time: type } };
    for (const grain of ['minute', 'quarter'] as const) {
      const rollup = { grain, timezone: 'UTC' };
      const { ofRow, ofBucket } = prunedBucket(source, rollup);
      // Buckets of three moments, as the touched places have them.
      const moments = ['2026-05-01 00:00:00', '2026-05-01 10:07:03', '2026-05-02 05:45:00'];
      const touched = moments.map((at) => `SELECT toDateTime64('${at}', 3, 'UTC') AS t`).join(' UNION ALL ');
      const buckets = `SELECT ${bucketOfRow({ ...source, types: { time: "DateTime64(3, 'UTC')" } }, rollup)} AS tm_b FROM (${touched})`;
      const numbers = `SELECT 'a', ${ofBucket('tm_b')} FROM (${buckets})`;
      const found = await asked(
        `SELECT count() AS found, sum(n) AS total FROM ${table} WHERE (toString(e), ${ofRow}) IN (${numbers})`,
      );
      // The oracle reads every row: by the key the engine finds none of these.
      const [all] = await engine.db.query(
        `SELECT count() AS found, sum(n) AS total FROM ${table} WHERE e = 'a' AND ${bucketOfRow(source, rollup)} IN (${buckets}) SETTINGS use_primary_key = 0`,
      );
      expect(found.row).toEqual(all);
      expect(Number(found.row.found)).toBeGreaterThan(grain === 'minute' ? 10 : 200);
      expect(found.readRows).toBeLessThan(24_000 / 20);
    }
  },
);

async function asked(sql: string): Promise<{ row: { found: number; total: number }; readRows: number }> {
  const response = await fetch(`${engine.url}/?wait_end_of_query=1`, { method: 'POST', body: `${sql} FORMAT JSON` });
  const answer = (await response.json()) as {
    data: [{ found: number; total: number }];
    statistics: { rows_read: number };
  };
  return { row: answer.data[0], readRows: answer.statistics.rows_read };
}
