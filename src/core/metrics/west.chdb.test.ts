import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { catalogue, question, requestDay } from '../../testing/planner/catalogue';
import { planQuestion } from '.';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(async () => engine.stop());

// The engine takes toDate(time, zone) for a function that always grows and leaves out parts by it, although the first
// hours of 1970, where a tombstone without a time lies, wrap round to 2149 there.
test.each(['at', 'id'])(
  'west of Greenwich a row without a time does not shut out the others of its part: ORDER BY %s',
  async (key) => {
    const { db } = engine;
    const database = `west_${key}`;
    await db.command(`CREATE DATABASE ${database}`);
    await db.command(
      `CREATE TABLE ${database}.requests (id UInt64, at DateTime64(3, 'UTC'), svc String, gone UInt8, v UInt64, ingested DateTime64(3, 'UTC'), INDEX i at TYPE minmax GRANULARITY 1) ENGINE = MergeTree ORDER BY ${key}`,
    );
    await db.command(
      `CREATE TABLE ${database}.request_day (d Date, service String, n UInt64, run UInt64, del UInt8) ENGINE = ReplacingMergeTree(run, del) ORDER BY (d, service)`,
    );
    await db.command(
      `INSERT INTO ${database}.requests SELECT number, if(number % 10 = 0, toDateTime64(0, 3, 'UTC'), toDateTime64('2026-03-01 00:00:00', 3, 'UTC') + number * 1800), 'api', number % 10 = 0, 1, '2026-03-20 00:00:00' FROM numbers(400)`,
    );
    const source = { table: `${database}.requests`, collapses: false, deleted: '`gone`', newest: '`v`' };
    const west = { ...requestDay, table: `${database}.request_day`, timezone: 'America/New_York' };
    const asked = question({
      timezone: 'America/New_York',
      fromMs: Date.UTC(2026, 2, 1, 5),
      toMs: Date.UTC(2026, 2, 8, 5),
    });
    const plan = planQuestion(asked, catalogue([west], source), Date.UTC(2026, 2, 21));
    expect(plan.chosen).toBe('request_day');
    const rows = await db.query<{ n: number }>(`SELECT toUInt32(value) AS n FROM (${plan.sql})`);
    const from = (hours: number) => Date.UTC(2026, 2, 1) + hours * 3_600_000;
    const times = Array.from({ length: 400 }, (_, i) => i)
      .filter((i) => i % 10 !== 0)
      .map((i) => from(i / 2));
    const days = Array.from({ length: 7 }, (_, d) => {
      const start = Date.UTC(2026, 2, 1 + d, 5);
      return times.filter((t) => t >= start && t < start + 86_400_000).length;
    });
    expect(rows.map((r) => r.n)).toEqual(days);
  },
);
