import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { Random } from '../../testing/law/random';
import type { CalendarInterval } from './interval';
import { bucketSql, bucketStart, parseInterval } from './interval';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(async () => engine.stop());

const zones = [
  'UTC',
  'Europe/Berlin',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'America/St_Johns',
  'Africa/Cairo',
  'America/Santiago',
  'Asia/Beirut',
  'America/Havana',
  'Pacific/Apia',
];

test.each(zones)('the engine puts instants into the buckets that the planner reckons with: %s', async (zone) => {
  const random = new Random(3);
  const times = Array.from({ length: 400 }, () => Date.UTC(2012, 0, 1) + random.below(15 * 365 * 86_400) * 1000);
  for (const weekStart of ['monday', 'sunday'] as const) {
    for (const text of ['15m', '1h', '6h', 'day', '3d', 'week', 'month', 'quarter', 'year']) {
      const interval = parseInterval(text) as CalendarInterval;
      const calendar = { zone, weekStart };
      const sql = bucketSql({ instant: 'at' }, interval, calendar);
      const rows = await engine.db.query<{ at: number; t: number }>(
        `SELECT toUnixTimestamp(at) AS at, toUnixTimestamp(${sql}) AS t FROM (SELECT fromUnixTimestamp64Milli(toInt64(arrayJoin([${times.join(', ')}])), 'UTC') AS at)`,
      );
      const wrong = rows.filter((r) => bucketStart(r.at * 1000, interval, calendar) !== r.t * 1000);
      expect([
        text,
        wrong.map((r) => ({ ...r, expected: bucketStart(r.at * 1000, interval, calendar) / 1000 })),
      ]).toEqual([text, []]);
    }
  }
});
