import { setTimeout as sleep } from 'node:timers/promises';

import { rareSeconds } from '../../src/packs/periods';
import { benchRoles, writeConfig } from './config';
import type { BenchRole, ConfigOptions } from './config';
import type { Dataset } from './dataset';
import { grouped, short } from './numbers';
import { install } from './tidemark';
import type { Engine } from './engine';
import { allFresh, noneRuns, quietMerges, stopViews, tableSizes, viewPeriods } from './views';

/** What an installation took and holds. */
export interface Installed {
  readonly config: string;
  readonly migrateSeconds: number;
  /** `backfill`, or `refresh` before it existed. */
  readonly fillCommand: string;
  readonly fillSeconds: number;
  readonly tables: readonly { readonly table: string; readonly rows: number; readonly bytes: number }[];
}

/** Seconds for which what was filled is looked at again by the upper tiers and the finished numbers (`rollups/written.ts`), and two runs. */
const lookBackSeconds = 190;

/** Seconds in which a run's mark is written down and seen by what follows it. */
const markSeconds = 20;

/**
 * Waits until the refreshes find only what arrives: after a filling, not part of an installation's day. What is refreshed seldom is
 * told to, so that a look of some seconds does not meet its one run over everything.
 */
export async function settled(engine: Engine): Promise<void> {
  await sleep(lookBackSeconds * 1000);
  await refreshRare(engine);
}

/** What is refreshed seldom. */
export const rareViews = async (engine: Engine): Promise<string[]> =>
  (await viewPeriods(engine)).flatMap((v) => (v.seconds >= rareSeconds ? [v.name] : []));

/** Refreshes at once what is refreshed seldom, and waits until it has run. */
export async function refreshRare(engine: Engine): Promise<void> {
  const rare = await rareViews(engine);
  // Twice: some are kept from others of them.
  for (let i = 0; i < 2; i++) {
    for (const name of rare) await engine.command(`SYSTEM REFRESH VIEW ${name}`);
    await noneRuns(engine, 600);
    await sleep(markSeconds * 1000);
  }
}

/** Longest wait for rollups to become fresh after they were filled, in seconds. */
const longestWait = 3600;

/** Installs the rollups of a data set's sources, fills them, and waits until all are fresh and merged. */
export async function installOver(
  { engine, folder, contents }: Dataset,
  {
    isStill = false,
    ...options
  }: Partial<Pick<ConfigOptions, 'database' | 'roles' | 'movingEvents' | 'everySeconds'>> & {
    /** The views are stopped once every table was filled, instead of waiting until all are fresh. */
    readonly isStill?: boolean;
  } = {},
): Promise<Installed> {
  const roles: BenchRole[] = benchRoles.filter((role) => contents.sources.includes(role));
  const config = writeConfig({ url: engine.url, folder, roles, ...options });
  const { migrate, fill, fillCommand } = await install(config);
  const database = options.database ?? 'tidemark';
  if (isStill) await stopViews(engine, longestWait, database);
  else await allFresh(engine, longestWait, database);
  await quietMerges(engine);
  const tables = await tableSizes(engine, database);
  console.log(
    `${database}: migrate ${short(migrate.seconds)} s, ${fillCommand} ${short(fill.seconds)} s; ${tables.length} tables with ${grouped(tables.reduce((sum, t) => sum + t.rows, 0))} rows`,
  );
  return { config, migrateSeconds: migrate.seconds, fillCommand, fillSeconds: fill.seconds, tables };
}
