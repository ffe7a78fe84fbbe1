import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Random } from '../testing/law/random';
import type { Subject } from '../testing/law/tables';
import { subjectMapping, subjectRow, subjectTable } from '../testing/law/tables';
import { testConfig } from '../testing/config';
import type { TestEngine } from '../testing/engine';
import { startEngine } from '../testing/engine';
import { inspect } from './inspect';
import { applyMigration, planMigration } from './ddl/migrate';

/** Kills per run; `TIDEMARK_KILLS=20 npx jest --selectProjects engine --testPathPatterns kill` soaks. */
const kills = Number(process.env['TIDEMARK_KILLS'] ?? 3);
const subjects: readonly Subject[] = [
  { role: 'events', sourceClass: 'append', engine: 'replacing' },
  { role: 'orders', sourceClass: 'moving', engine: 'replacing' },
];

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tidemark-kill-'));
});
afterAll(async () => rm(dataDir, { recursive: true, force: true }));

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test(
  'kill -9 in the middle of refreshes under load loses nothing and doubles nothing',
  async () => {
    const random = new Random(5);
    let engine: TestEngine = await startEngine({ dataDir });
    try {
      await engine.db.command('CREATE DATABASE src');
      for (const subject of subjects) await engine.db.command(subjectTable(subject, 'src'));
      const installation = await inspect(
        testConfig({
          database: 'tidemark',
          reporting: { timezone: 'Europe/Berlin' },
          refresh: { everySeconds: 1, delaySeconds: 1, overlapSeconds: 5 },
          roles: Object.fromEntries(subjects.map((s) => [s.role, subjectMapping(s, 'src')])),
        }),
        engine.db,
      );
      await applyMigration(installation, engine.db, await planMigration(installation, engine.db, 'test'), 'test');

      let next = 0;
      const load = async () => {
        for (const subject of subjects) {
          const rows = Array.from({ length: 400 }, () => {
            // Half of the rows are new, half are redelivered (events) or moved and changed (orders).
            const id = random.chance(0.5) ? next++ : random.below(Math.max(next, 1));
            const of = new Random(subject.role === 'events' ? id : random.below(1e9));
            const timeMs = Date.now() - of.below(40) * 86_400_000;
            const fixed = Date.UTC(2026, 0, 1) + of.below(40 * 86_400_000);
            const { ingested_at: _, ...row } = subjectRow(subject, {
              id,
              version: subject.role === 'events' ? 1 : Date.now() * 1000 + random.below(1000),
              deleted: subject.role === 'orders' && random.chance(0.05),
              timeMs: subject.role === 'events' ? fixed : timeMs,
              user: `u${of.below(50)}`,
              name: `n${of.below(4)}`,
              amount: of.below(10_000),
              refund: 0,
              stampMs: 0,
            }) as { ingested_at: string };
            return row;
          });
          await engine.db.insert(`src.${subject.role}`, rows);
        }
      };

      for (let kill = 0; kill < kills; kill++) {
        const until = Date.now() + 2500 + random.below(1500);
        while (Date.now() < until) await load().then(() => pause(20));
        await engine.kill();
        engine = await startEngine({ dataDir });
      }
      await load();

      const { db } = engine;
      // The views go on by themselves: nothing is run here but a wait for their proof.
      const [{ now } = { now: '' }] = await db.query<{ now: string }>('SELECT toString(now64(3)) AS now');
      const deadline = Date.now() + 60_000;
      const behind = () =>
        db.query(
          `SELECT rollup FROM tidemark.rollup_status WHERE rollup != 'active_day' AND (isNull(hi) OR assumeNotNull(hi) < toDateTime64('${now}', 3) OR queued_days > 0)`,
        );
      while ((await behind()).length > 0 && Date.now() < deadline) await pause(500);
      expect(await behind()).toEqual([]);

      const zone = "'Europe/Berlin'";
      const differences = async (rollup: string, raw: string) =>
        (
          await db.query<{ n: number }>(
            `SELECT toUInt32(count()) AS n FROM ((${rollup} EXCEPT ${raw}) UNION ALL (${raw} EXCEPT ${rollup}))`,
          )
        )[0]?.n;
      expect(
        await differences(
          'SELECT d, user FROM tidemark.user_day FINAL',
          `SELECT DISTINCT toDate(at, ${zone}) AS d, user_id FROM src.events FINAL`,
        ),
      ).toBe(0);
      expect(
        await differences(
          'SELECT d, event, toInt64(n) FROM tidemark.event_day FINAL',
          `SELECT toDate(at, ${zone}) AS d, event_name, toInt64(count()) FROM src.events FINAL GROUP BY d, event_name`,
        ),
      ).toBe(0);
      expect(
        await differences(
          'SELECT d, currency, toInt64(orders), toInt64(gross * 100) FROM tidemark.order_day FINAL',
          `SELECT toDate(at, ${zone}) AS d, currency, toInt64(count()), toInt64(sum(amount) * 100) FROM src.orders FINAL GROUP BY d, currency`,
        ),
      ).toBe(0);
      const [total] = await db.query<{ n: number }>('SELECT toUInt32(sum(n)) AS n FROM tidemark.event_day FINAL');
      expect(total?.n).toBeGreaterThan(1000);
    } finally {
      await engine.kill();
    }
  },
  180_000 + kills * 10_000,
);
