import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Config } from '../../config/config';
import { loadConfig } from '../../config/load';
import { packageVersion } from '../../cli/version';
import { configText } from '../../testing/config';
import { subject } from '../../testing/law/cases';
import { configOf } from '../../testing/law/installed';
import type { KillAt } from '../../testing/law/killed';
import { runKilled } from '../../testing/law/killed';
import { Load } from '../../testing/law/load';
import { Random } from '../../testing/law/random';
import { pause, settled } from '../../testing/law/settled';
import type { Subject } from '../../testing/law/tables';
import { subjectTable } from '../../testing/law/tables';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { applyMigration, planMigration } from '../ddl/migrate';
import { inspect } from '../inspect';
import { refreshOnce } from '../refresh/refresh';
import { installedRollups } from '../rollups/installed';

const kills = Number(process.env['TIDEMARK_KILLS'] ?? 3);
const rows = Number(process.env['TIDEMARK_REBUILD_ROWS'] ?? 100_000);

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tidemark-kill-rebuild-'));
});
afterEach(async () => rm(dataDir, { recursive: true, force: true }));

/** Rows of the past that the table begins with: enough for a filling of many chunks. */
const history = (database: string) => `INSERT INTO ${database}.events (id, at, event_name, user_id, props, _version)
  SELECT 1000000000 + number, now64(3) - toIntervalSecond(intHash32(number) % 2592000), ['signup', 'purchase', 'view'][1 + number % 3],
    concat('u', toString(number % 200)), map('plan', ['', 'basic', 'pro'][1 + intHash32(number + 1) % 3]), 1 FROM numbers(${rows})`;

/** The law's oracle knows events with their dimension; before it is there, tables have less. */
const narrow = (s: Subject): Subject => ({ ...s, wide: false });

test.each(['append', 'moving'] as const)(
  'a rebuild for a new dimension is killed, and the engine under it, at any point, while %s rows arrive: equal to a clean install',
  async (sourceClass) => {
    const random = new Random(21);
    const events = subject('events', sourceClass, 'replacing');
    const load = new Load({ seed: 21, days: 30, late: 0.3 });
    let engine: TestEngine = await startEngine({ dataDir });
    let arriving = true;
    try {
      await engine.db.command('CREATE DATABASE src');
      await engine.db.command(subjectTable(events, 'src'));
      await engine.db.command(history('src'));
      const options = {
        timezone: 'Europe/Berlin',
        // What is stamped has to be seen within delay and overlap; with the engine killed and this much to do that takes a while.
        refresh: { everySeconds: 2, delaySeconds: 1, overlapSeconds: 15 },
      };
      const before = await inspect(configOf('src', [narrow(events)], options), engine.db);
      await applyMigration(before, engine.db, await planMigration(before, engine.db, 'test'), 'test');
      await refreshOnce(before, engine.db);

      const config: Config = configOf('src', [events], options);
      const producer = (async () => {
        while (arriving) {
          // Inserts that meet a killed engine fail; the truth is read from the table in the end.
          await load.deliver(engine.db, 'src', events, 100).catch(() => undefined);
          await pause(150);
        }
      })();
      const file = join(dataDir, 'tidemark.yaml');
      const migrate = async (kill?: KillAt) => {
        // An engine that was started again has another port.
        const connection = { ...config.connection, url: engine.url };
        await writeFile(file, configText({ ...config, connection }));
        return runKilled(['migrate', '--config', file, '--chunk-rows', '8000'], kill);
      };
      let unfinished = 0;
      for (let kill = 0; kill < kills; kill++) {
        const when = { from: random.chance(0.2) ? 'start' : 'progress', afterMs: random.below(5000) } as const;
        const running = migrate(kill % 3 === 1 ? undefined : when);
        if (kill % 3 === 1) {
          await pause(4000 + random.below(6000));
          await engine.kill();
          engine = await startEngine({ dataDir });
        }
        if (!(await running).done) unfinished += 1;
      }
      expect(unfinished).toBeGreaterThan(0);
      const last = await migrate();
      expect(last).toMatchObject({ done: true });
      arriving = false;
      await producer;
      const installation = await inspect(loadConfig(file, {}), engine.db);
      const again = await planMigration(installation, engine.db, packageVersion());
      expect(again.filter((a) => a.action !== 'unchanged')).toEqual([]);
      const left = "SELECT name FROM system.tables WHERE database = 'src_tidemark' AND name LIKE '%\\_\\_next'";
      expect(await engine.db.query(left)).toEqual([]);

      const finished = installedRollups(installation).flatMap((r) =>
        r.rollup.kind === 'finished' ? [r.rollup.name] : [],
      );
      const found = await settled(installation, engine.db, 'src', [events], { withinMs: 300_000, without: finished });
      expect(found).toMatchObject({ wrong: 0, sample: [] });
      expect(found.cells).toBeGreaterThan(5000);
    } finally {
      arriving = false;
      await engine.kill();
    }
  },
  450_000 + kills * 30_000,
);
