import { startLoad } from '../../src/services/load';
import type { Load } from '../../src/services/load';
import { startMaterializedDrill } from '../../src/testing/drill/drill';
import type { MaterializedDrill } from '../../src/testing/drill/drill';
import { drillFault, told, until } from '../../src/testing/drill/fault';
import type { Fault } from '../../src/testing/drill/fault';
import { shownLessMeasured } from '../../src/testing/drill/lag';

/*
 * Faults on the other real pipeline, PostgreSQL → MaterializedPostgreSQL, under load. The alert views judge, with the clocks of
 * drill.kafka.test.ts; a heartbeat each second (10 by default).
 */
jest.setTimeout(240_000);

const changesPerSecond = 100;
const soakMinutes = process.env['TIDEMARK_DRILL'] === 'all' ? Number(process.env['TIDEMARK_SOAK_MINUTES'] ?? 5) : 0.5;
let drill: MaterializedDrill;
let load: Load | undefined;

const begin = (perSecond = changesPerSecond) => (load = startLoad(drill.postgresUrl, perSecond));
const halt = async () => {
  await load?.stop();
  load = undefined;
};

beforeAll(async () => {
  drill = await startMaterializedDrill();
  begin();
});
afterAll(async () => {
  await halt();
  await drill?.end();
});

/** Waits until the copy of the orders equals the source; the load has to stand still. */
async function equal(): Promise<number> {
  const of =
    'SELECT count(*) AS n, coalesce(sum(order_id), 0) AS ids, coalesce(sum(refunded_amount), 0) AS refunded FROM';
  const told = (row: Record<string, unknown> | undefined) =>
    Object.values(row ?? {})
      .map(Number)
      .join(' ');
  let sides: readonly string[] = [];
  return until(
    'the copy equals the source',
    60,
    async () => {
      const copy = await drill.db.query<Record<string, unknown>>(`${of} shop.orders FINAL`).catch(() => []);
      sides = [told((await drill.postgres<Record<string, unknown>>(`${of} orders`))[0]), told(copy[0])];
      return sides[0] === sides[1];
    },
    () => sides.join(' in Postgres, '),
  );
}

async function passes(fault: Fault): Promise<void> {
  const drilled = await drillFault(drill.alarms, fault);
  await halt();
  process.stdout.write(`${told(drilled)}; equal to the source ${await equal()} s later\n`);
  begin();
  expect(drilled.falseAlarms).toEqual([]);
}

// First: once `orders` was attached anew (below), a restart leaves `customers` behind for good: docs/pipelines.md, a known trap.
test.each([5, -5])('a clock of PostgreSQL that is %s s off is no lag, and no alarm', async (seconds) => {
  const differences: number[] = [];
  await passes({
    name: `A: clock of postgres ${seconds} s off`,
    inject: () => drill.setClock(seconds),
    watchSeconds: 15,
    fires: {},
    // It starts anew for that.
    mayFire: ['cdc_replication_lag', 'cdc_replication_lag_high'],
    async meanwhile() {
      const [clock] = await drill.postgres<{ ahead: number }>(
        `SELECT extract(epoch FROM clock_timestamp())::float8 - ${Date.now()} / 1000.0 AS ahead`,
      );
      expect(Math.abs(Number(clock!.ahead) - seconds)).toBeLessThan(1);
      for (const i of [0, 1, 2]) differences.push(await shownLessMeasured(drill, `c${seconds}${i}@example.com`));
    },
    heal: () => drill.setClock(0),
    quietWithin: 120,
  });
  process.stdout.write(`drill: A: shown less measured ${differences.map((d) => d.toFixed(1)).join(', ')} s\n`);
  for (const difference of differences) expect(Math.abs(difference)).toBeLessThan(2);
});

test('a column that is added in PostgreSQL stops its table, although the heart beats: that is told', async () => {
  await passes({
    name: 'A: column added',
    inject: () => drill.postgres('ALTER TABLE orders ADD COLUMN note text'),
    fires: { cdc_table_drift: /^shop public\.orders / },
    firesWithin: 150,
    mayFire: ['cdc_wrong_values'],
    async heal() {
      // The runbook of docs/pipelines.md, while nothing is written: under load the table was once 7 rows short for ever.
      await halt();
      for (const sql of ['DETACH TABLE shop.orders PERMANENTLY', 'ATTACH TABLE shop.orders'])
        await drill.db.command(`${sql} SETTINGS allow_experimental_database_materialized_postgresql = 1`);
    },
    quietWithin: 120,
  });
});

test.each(['postgres', 'clickhouse'] as const)('%s may restart', async (service) => {
  await passes({
    name: `A: ${service} restarted`,
    watchSeconds: 4,
    inject: () => drill.stop(service),
    fires: {},
    mayFire: ['cdc_replication_lag', 'cdc_replication_lag_high'],
    heal: () => drill.start(service),
    quietWithin: 120,
  });
});

test.each([
  ['under load', changesPerSecond * 2],
  ['in silence', 0],
])(
  'nothing fires for minutes %s',
  async (_, rate) => {
    await halt();
    await equal();
    if (rate > 0) begin(rate);
    const seen = new Set<string>();
    let looks = 0;
    for (const end = Date.now() + soakMinutes * 60_000; Date.now() < end; looks++) {
      for (const { rule, subject, detail } of await drill.alarms.look()) seen.add(`${rule} ${subject} ${detail}`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    expect([...seen]).toEqual([]);
    expect(looks).toBeGreaterThan(10);
  },
  40 * 60_000,
);
