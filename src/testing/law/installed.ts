import type { Config } from '../../config/config';
import type { Db } from '../../core/db';
import type { WeekStart } from '../../core/model';
import { inspect } from '../../schema/inspect';
import type { Installation } from '../../schema/installation';
import { applyMigration, planMigration } from '../../schema/ddl/migrate';
import { drainQueue } from '../../schema/refresh/drain';
import { runStep } from '../../schema/refresh/refresh';
import type { Step } from '../../schema/refresh/steps';
import { refreshSteps } from '../../schema/refresh/steps';
import { testConfig } from '../config';
import type { Subject } from './tables';
import { subjectMapping, subjectTable } from './tables';

/** An installation whose refreshes run when the test says so, on the test's clock. */
export interface Installed {
  readonly installation: Installation;
  readonly steps: readonly Step[];
  /** Sets the watermark that the next refresh works up to. */
  tick(hiMs: number): Promise<void>;
  /** One whole refresh, queued days and finished numbers included; `between` runs after each step of the former. */
  refresh(between?: (step: number) => Promise<void>): Promise<void>;
}

/** What a test may say of an installation, beside its subjects. */
export interface InstallOptions {
  readonly timezone: string;
  readonly zones?: readonly string[];
  readonly weekStart?: WeekStart;
  readonly windowDays?: number;
  readonly keepsDays?: number;
  readonly tiers?: Partial<Config['tiers']>;
  readonly refresh?: Partial<Config['refresh']>;
  readonly retentions?: Config['retentions'];
}

/** tidemark.yaml over the subjects' tables in database `name`, with Tidemark in `<name>_tidemark`. */
export function configOf(name: string, subjects: readonly Subject[], options: InstallOptions): Config {
  const { timezone, zones = [], weekStart, windowDays, keepsDays, tiers, refresh, retentions = [] } = options;
  const own = { ...(windowDays !== undefined && { windowDays }), ...(keepsDays !== undefined && { keepsDays }) };
  return testConfig({
    database: `${name}_tidemark`,
    reporting: { timezone, zones, ...(weekStart && { weekStart }) },
    ...(tiers && { tiers }),
    ...(refresh && { refresh }),
    retentions,
    roles: Object.fromEntries(subjects.map((s) => [s.role, { ...subjectMapping(s, name), ...own }])),
  });
}

/** Makes a database `name` with the subjects' tables and installs Tidemark beside it in `<name>_tidemark`, without its views. */
export async function install(
  db: Db,
  name: string,
  subjects: readonly Subject[],
  options: InstallOptions,
): Promise<Installed> {
  await db.command(`CREATE DATABASE ${name}`);
  for (const subject of subjects) await db.command(subjectTable(subject, name));
  const installation = await inspect(configOf(name, subjects, options), db);
  const plan = (await planMigration(installation, db, 'test')).filter((a) => a.kind !== 'refresh');
  await applyMigration(installation, db, plan, 'test');
  const steps = refreshSteps(installation);
  // Marks of this moment: the test's clock begins in the past.
  await db.command(`TRUNCATE TABLE ${installation.database}.done`);
  // The test's clock stands in the past: the tables' TTL, which goes by the server's, would take everything.
  for (const { table, of } of steps) {
    if (of.kind === 'places' && of.rollup.lifeDays !== null)
      await db.command(`ALTER TABLE ${installation.database}.${table} REMOVE TTL`);
  }
  return {
    installation,
    steps,
    tick: (hiMs) =>
      db.command(
        `INSERT INTO ${installation.database}.tick SELECT now64(3), fromUnixTimestamp64Milli(toInt64(${hiMs}))`,
      ),
    async refresh(between) {
      const finished = steps.filter((step) => step.of.kind === 'finished');
      for (const [i, step] of steps.filter((s) => !finished.includes(s)).entries()) {
        await runStep(installation, db, step);
        await between?.(i);
      }
      await drainQueue(installation, db);
      for (const step of finished) await runStep(installation, db, step);
    },
  };
}
