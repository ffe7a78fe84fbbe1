import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { configText } from '../../testing/config';
import { subject } from '../../testing/law/cases';
import { compareAll } from '../../testing/law/compare';
import { configOf } from '../../testing/law/installed';
import type { KillAt } from '../../testing/law/killed';
import { runKilled } from '../../testing/law/killed';
import { Load } from '../../testing/law/load';
import { Random } from '../../testing/law/random';
import { pause } from '../../testing/law/settled';
import { subjectTable } from '../../testing/law/tables';
import { readTruth } from '../../testing/law/truth';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { applyMigration, planMigration } from '../ddl/migrate';
import { inspect } from '../inspect';
import { refreshOnce } from '../refresh/refresh';
import { verify } from '../refresh/verify';

const kills = Number(process.env['TIDEMARK_KILLS'] ?? 3);
const subjects = [
  subject('events', 'append', 'replacing'),
  subject('requests', 'fixed', 'plain'),
  subject('orders', 'moving', 'replacing'),
  subject('subscriptions', 'moving', 'plain'),
];

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tidemark-kill-backfill-'));
});
afterAll(async () => rm(dataDir, { recursive: true, force: true }));

test(
  'backfill is killed, and the engine under it, at any point: run again, nothing is lost and nothing doubled',
  async () => {
    const random = new Random(11);
    const load = new Load({ seed: 11, days: 60, late: 0.9 });
    let engine: TestEngine = await startEngine({ dataDir });
    try {
      await engine.db.command('CREATE DATABASE src');
      for (const s of subjects) await engine.db.command(subjectTable(s, 'src'));
      const config = configOf('src', subjects, { timezone: 'Europe/Berlin', zones: ['Asia/Kathmandu'] });
      const file = join(dataDir, 'tidemark.yaml');
      const backfill = async (args: readonly string[], kill?: KillAt) => {
        // An engine that was started again has another port.
        const connection = { ...config.connection, url: engine.url };
        await writeFile(file, configText({ ...config, connection }));
        return runKilled(['backfill', '--config', file, ...args], kill);
      };
      const installation = await inspect(config, engine.db);
      // Without its views: what is done is done by the backfill.
      const plan = (await planMigration(installation, engine.db, 'test')).filter((a) => a.kind !== 'refresh');
      await applyMigration(installation, engine.db, plan, 'test');
      const deliver = async (rows: number) => {
        for (const s of subjects) await load.deliver(engine.db, 'src', s, rows);
      };
      await deliver(1500);
      await refreshOnce(installation, engine.db);
      await deliver(500);

      let unfinished = 0;
      for (let kill = 0; kill < kills; kill++) {
        const when = { from: random.chance(0.3) ? 'start' : 'progress', afterMs: random.below(2500) } as const;
        const running = backfill(['--chunk-rows', '150', '--from', '2020-01-01'], kill % 2 === 0 ? when : undefined);
        if (kill % 2 === 1) {
          await pause(1500 + random.below(3000));
          await engine.kill();
          engine = await startEngine({ dataDir });
        }
        const ended = await running;
        if (!ended.done) unfinished += 1;
        await deliver(100);
      }
      expect(unfinished).toBeGreaterThan(0);
      // No delay here: a row stamped in the millisecond of the watermark would be of the next.
      await pause(20);
      const last = await backfill(['--chunk-rows', '400']);
      expect(last).toMatchObject({ done: true });

      const wrong = (await verify(installation, engine.db, (days) => days)).filter((v) => v.wrong.length > 0);
      expect(wrong).toEqual([]);
      const truth = await readTruth(engine.db, 'src', subjects);
      const found = await compareAll(installation, engine.db, truth, { hiMs: Date.now() });
      expect(found).toMatchObject({ wrong: 0, sample: [] });
      expect(found.cells).toBeGreaterThan(10_000);
    } finally {
      await engine.kill();
    }
  },
  240_000 + kills * 30_000,
);
