import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

import type { DbtConfig } from '../../config/collectConfig';
import type { Config } from '../../config/config';
import { TidemarkError } from '../../core/errors';
import type { Db } from '../../core/db';
import { fail } from '../errors';
import { instant } from '../source';
import type { Part } from '../source';
import { TargetReader } from './reader';
import type { Invocation } from './reader';
import type { Told } from './rows';

/** What a push did. */
export interface Pushed {
  readonly project: string;
  readonly invocations: readonly Invocation[];
  /** Rows that were written. */
  readonly rows: number;
  /** What is to be known of the files. */
  readonly notes: readonly string[];
}

/** What of the command line decides whose results they are. */
export interface PushOptions {
  /** Target folder of dbt, or its run_results.json. */
  readonly path: string;
  readonly project?: string;
  readonly job?: string;
  readonly gitSha?: string;
}

/**
 * Writes the results in a target folder of dbt to the health tables, each invocation once. Throws usage_no_dbt, usage_dbt_project,
 * usage_dbt_choice, usage_dbt_file, dbt_file_unreadable, dbt_file_broken, and what ClickHouse answers.
 */
export async function pushTarget(config: Config, db: Db, options: PushOptions, nowMs: number): Promise<Pushed> {
  const folder = resolve(/\.json$/.test(options.path) ? dirname(options.path) : options.path);
  const project = projectOf(config, folder, options);
  const { job } = options;
  const known = project.jobs.map(({ name }) => name);
  if (job !== undefined && !known.includes(job)) throw fail('usage_dbt_choice', { option: '--job', given: job, known });
  const files = ['run_results.json', 'sources.json'] as const;
  const [wanted] = files;
  if (!files.some((file) => existsSync(join(folder, file))))
    throw fail('usage_dbt_file', { path: join(folder, wanted) });
  const told: Told = {
    via: 'push',
    ...(job !== undefined && { job }),
    ...(options.gitSha !== undefined && { gitSha: options.gitSha }),
  };
  // Whoever pushes comes after dbt: what is not whole will not become so.
  const world = { db, now: nowMs + 3_600_000 };
  const { database } = config.connection;
  const reading = await new TargetReader(project, folder, database).read(world, told);
  const broken = reading.parts.find(({ failure }) => failure !== undefined)?.failure;
  for (const { table, rows } of reading.rows)
    if (rows.length > 0)
      await db.insert(
        `${database}.${table}`,
        rows.map((row) => ({ at: instant(nowMs), ...row })),
      );
  if (broken) throw new TidemarkError(broken.code, broken.message, { folder });
  return {
    project: project.name,
    invocations: reading.invocations,
    rows: reading.rows.reduce((sum, { rows }) => sum + rows.length, 0),
    notes: reading.parts.flatMap(({ note }: Part) => (note ? [note.message] : [])),
  };
}

/** The project that is named, else the one whose target it is, else the only one. */
function projectOf({ file, collect }: Config, folder: string, { project }: PushOptions): DbtConfig {
  const projects = collect?.dbt ?? [];
  const names = projects.map(({ name }) => name);
  if (names.length === 0) throw fail('usage_no_dbt', { file });
  if (project !== undefined) {
    const named = projects.find(({ name }) => name === project);
    if (!named) throw fail('usage_dbt_choice', { option: '--project', given: project, known: names });
    return named;
  }
  const found =
    projects.find(({ target }) => target !== undefined && resolve(dirname(file), target) === folder) ??
    onlyOne(projects);
  if (!found) throw fail('usage_dbt_project', { file: basename(file), folder, projects: names });
  return found;
}

const onlyOne = <T>(all: readonly T[]): T | undefined => (all.length === 1 ? all[0] : undefined);
