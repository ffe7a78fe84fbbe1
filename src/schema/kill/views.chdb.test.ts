import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { subject } from '../../testing/law/cases';
import { configOf } from '../../testing/law/installed';
import { Load } from '../../testing/law/load';
import { Random } from '../../testing/law/random';
import { pause, settled } from '../../testing/law/settled';
import { subjectTable } from '../../testing/law/tables';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { applyMigration, planMigration } from '../ddl/migrate';
import { inspect } from '../inspect';
import { installedRollups } from '../rollups/installed';

/** Kills per run; `TIDEMARK_KILLS=20 npx jest src/schema/kill --selectProjects engine` soaks. */
const kills = Number(process.env['TIDEMARK_KILLS'] ?? 3);
const subjects = [
  subject('events', 'append', 'replacing'),
  subject('requests', 'append', 'plain'),
  subject('orders', 'moving', 'replacing'),
];

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tidemark-kill-'));
});
afterAll(async () => rm(dataDir, { recursive: true, force: true }));

test(
  'kill -9 in the middle of refreshes under load, with late days in the queue, loses nothing and doubles nothing',
  async () => {
    const random = new Random(5);
    const load = new Load({ seed: 5, days: 40, late: 0.3 });
    let engine: TestEngine = await startEngine({ dataDir });
    try {
      await engine.db.command('CREATE DATABASE src');
      for (const s of subjects) await engine.db.command(subjectTable(s, 'src'));
      const installation = await inspect(
        configOf('src', subjects, {
          timezone: 'Europe/Berlin',
          refresh: { everySeconds: 2, delaySeconds: 1, overlapSeconds: 5 },
        }),
        engine.db,
      );
      await applyMigration(installation, engine.db, await planMigration(installation, engine.db, 'test'), 'test');
      for (let kill = 0; kill < kills; kill++) {
        const until = Date.now() + 2500 + random.below(4000);
        while (Date.now() < until) {
          for (const s of subjects) await load.deliver(engine.db, 'src', s, 150);
          await pause(50);
        }
        await engine.kill();
        engine = await startEngine({ dataDir });
      }
      for (const s of subjects) await load.deliver(engine.db, 'src', s, 300);
      // The views go on by themselves. Finished numbers come once a minute: the soak has those.
      const finished = installedRollups(installation).flatMap((r) =>
        r.rollup.kind === 'finished' ? [r.rollup.name] : [],
      );
      const found = await settled(installation, engine.db, 'src', subjects, { withinMs: 300_000, without: finished });
      expect(found).toMatchObject({ wrong: 0, sample: [] });
      expect(found.cells).toBeGreaterThan(2000);
      const [queue] = await engine.db.query<{ n: number }>(
        "SELECT toUInt32(count()) AS n FROM src_tidemark.recounts WHERE why = 'late'",
      );
      expect(queue?.n).toBeGreaterThan(0);
    } finally {
      await engine.kill();
    }
  },
  400_000 + kills * 20_000,
);
