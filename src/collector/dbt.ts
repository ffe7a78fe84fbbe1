import { dirname, resolve } from 'node:path';

import type { DbtConfig, DbtElementaryConfig, DbtTargetConfig } from '../config/collectConfig';
import type { Config } from '../config/config';
import { healthDbtNode } from '../packs/pipeline/health/dbtNode';
import { healthDbtRun } from '../packs/pipeline/health/dbtRun';
import { healthDbtSource } from '../packs/pipeline/health/dbtSource';
import { ElementaryReader } from './dbt/elementary/reader';
import { hasFolder } from './dbt/folder';
import { TargetReader } from './dbt/reader';
import { FileWatch } from './dbt/watch';
import { fail } from './errors';
import { patienceMs } from './source';
import type { Collected, Source } from './source';

/** Contents of run_results.json that wait for a look that goes well, at most. */
const mostMissed = 200;

/** The target folder of a project: what tidemark.yaml writes counts from its own folder. */
export const targetFolder = ({ target }: DbtTargetConfig, { file }: Pick<Config, 'file'>): string =>
  resolve(dirname(file), target);

/** A dbt project, read from where tidemark.yaml says: its target folder, or Elementary's tables. */
export const dbtSource = (project: DbtConfig, config: Pick<Config, 'file' | 'connection' | 'collect'>): Source =>
  project.elementary === undefined ? targetSource(project, config) : elementarySource(project, config);

const sharedOf = ({ name, everySeconds }: DbtConfig): Omit<Source, 'collect' | 'close'> => ({
  name: `dbt ${name}`,
  tables: [healthDbtRun, healthDbtNode, healthDbtSource],
  intervalMs: everySeconds * 1000,
  timeoutMs: patienceMs(everySeconds * 1000),
});

/**
 * Elementary's tables of a dbt project, in a database of the ClickHouse that is written to: each invocation of the last 30 days is
 * brought once, the newest first, some at each look. Parts are the tables; one that is missing or lacks a column fails alone, or has a
 * note of what is not known without it.
 */
function elementarySource(
  project: DbtElementaryConfig,
  { connection, collect }: Pick<Config, 'connection' | 'collect'>,
): Source {
  const reader = new ElementaryReader(project, connection.database, collect?.login?.user ?? connection.user);
  return {
    ...sharedOf(project),
    collect: ({ db, now, signal }) => reader.read({ db, now: now(), signal }),
  };
}

/**
 * The target folder of a dbt project: each invocation whose run_results.json or sources.json is found there is brought once. Parts are
 * the files; one that is malformed fails alone. dbt overwrites them with each invocation: what comes and goes between two looks is
 * caught where the file system tells of changes.
 */
function targetSource(project: DbtTargetConfig, config: Pick<Config, 'file' | 'connection'>): Source {
  const folder = targetFolder(project, config);
  const reader = new TargetReader(project, folder, config.connection.database);
  const watched = new FileWatch(folder, 'run_results.json');
  // Kept until a look went well.
  let missedSoFar: readonly string[] = [];
  const missed = () => (missedSoFar = [...missedSoFar, ...watched.take()].slice(-mostMissed));
  return {
    ...sharedOf(project),
    close: () => Promise.resolve(watched.stop()),
    async collect({ db, now, signal, log }): Promise<Collected> {
      if (!(await hasFolder(folder))) {
        watched.stop();
        throw fail('dbt_no_folder', { project: project.name, folder });
      }
      watched.start();
      const { rows, parts, invocations } = await reader.read({ db, now: now(), signal }, { via: 'collect' }, missed());
      missedSoFar = [];
      for (const { part, note } of parts)
        if (note && invocations.some(({ file, isNew }) => file === part && isNew))
          log('warn', note.message, { source: `dbt ${project.name}`, part, code: note.code });
      const hasRun = parts.some(({ part }) => part === 'run_results.json');
      return {
        rows,
        parts: hasRun ? parts : [{ part: 'run_results.json', failure: fail('dbt_no_results', { folder }) }, ...parts],
      };
    },
  };
}
