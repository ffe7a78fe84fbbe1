import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { install } from '../../testing/law/installed';
import { provenSpan } from '../refresh/progress';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(async () => engine.stop());

test('after a filling of a long history an upper tier looks up what was healed only where the tier below has rows', async () => {
  const { installation, steps } = await install(
    engine.db,
    'filled',
    [{ role: 'events', sourceClass: 'append', engine: 'replacing' }],
    { timezone: 'UTC' },
  );
  const quarter = steps.find(({ name }) => name === 'event_quarter')!;
  const { database } = installation;
  // A year of quarter hours that a filling has just written: some 3 million places.
  await engine.db.command(
    `INSERT INTO ${database}.event_quarter (m, event, n, run, del, swept_at) SELECT toStartOfFifteenMinutes(now()) - 900 * (number % 35000), 'e' || toString(intDiv(number, 35000)), 1, now64(3) - 60, 0, now64(3) - 60 FROM numbers(3000000)`,
  );
  await engine.db.command(
    `INSERT INTO ${database}.event_minute (m, event, n, run, del, swept_at) SELECT toStartOfMinute(now()) - 60 * (number % 5000), 'e' || toString(intDiv(number, 5000)), 1, now64(3) - 60, 0, now64(3) - 60 FROM numbers(50000)`,
  );
  await engine.db.command(
    `INSERT INTO ${database}.done VALUES ('event_minute', now64(3) - 5, now64(3) - 4), ('event_quarter', now64(3) - 30, now64(3) - 29)`,
  );
  const select = quarter.select(provenSpan(installation, quarter), 'event_quarter');
  const rows = await engine.db.query(
    `SELECT count() AS n, uniqExact(event) AS events FROM (${select}) SETTINGS max_memory_usage = 120000000`,
  );
  // The places of the last days were healed in both tiers: nothing is left to do, and it took little memory to see that.
  expect(rows).toEqual([{ n: 0, events: 0 }]);
}, 60_000);
