import type { Config } from '../../config/config';
import type { Db } from '../../core/db';
import type { Installation } from '../../schema/installation';
import { inspect } from '../../schema/inspect';
import { applyMigration, planMigration } from '../../schema/migrate';
import { runStep } from '../../schema/refresh';
import type { Step } from '../../schema/steps';
import { refreshSteps } from '../../schema/steps';
import type { Subject } from './tables';
import { subjectMapping, subjectTable } from './tables';

/** An installation whose refreshes run when the test says so, on the test's clock. */
export interface Installed {
  readonly installation: Installation;
  readonly steps: readonly Step[];
  /** Sets the watermark that the next refresh works up to. */
  tick(hiMs: number): Promise<void>;
  /** One whole refresh; `between` runs after each step of it. */
  refresh(between?: (step: number) => Promise<void>): Promise<void>;
}

/** Makes a database `name` with the subjects' tables and installs Tidemark beside it in `<name>_tidemark`, without its views. */
export async function install(
  db: Db,
  name: string,
  subjects: readonly Subject[],
  reporting: { readonly timezone: string; readonly windowDays?: number },
): Promise<Installed> {
  await db.command(`CREATE DATABASE ${name}`);
  for (const subject of subjects) await db.command(subjectTable(subject, name));
  const config: Config = {
    file: name,
    connection: { url: '', user: 'default', password: '', database: `${name}_tidemark` },
    reporting: { timezone: reporting.timezone, weekStart: 'monday' },
    refresh: { everySeconds: 3600, delaySeconds: 0, overlapSeconds: 0 },
    roles: Object.fromEntries(
      subjects.map((s) => [s.role, { ...subjectMapping(s, name), windowDays: reporting.windowDays }]),
    ),
  };
  const installation = await inspect(config, db);
  const plan = (await planMigration(installation, db, 'test')).filter((a) => a.kind !== 'refresh');
  await applyMigration(installation, db, plan, 'test');
  const steps = refreshSteps(installation);
  return {
    installation,
    steps,
    tick: (hiMs) =>
      db.command(
        `INSERT INTO ${installation.database}.tick SELECT now64(3), fromUnixTimestamp64Milli(toInt64(${hiMs}))`,
      ),
    async refresh(between) {
      for (const [i, step] of steps.entries()) {
        await runStep(installation, db, step);
        await between?.(i);
      }
    },
  };
}
