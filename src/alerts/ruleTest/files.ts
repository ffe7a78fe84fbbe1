import type { Db } from '../../core/db';
import type { RuleTestFile } from './model';
import type { CaseResult } from './run';
import { runCase } from './run';
import { makeTestStage } from './stage';
import type { TestStage } from './stage';

/** A case that was run, with the file it stands in. */
export interface FileResult extends CaseResult {
  readonly file: string;
}

/** What {@link runFiles} is handed in. */
export interface RunOptions {
  readonly db: Db;
  /** The databases of the stages begin with it; they must not exist. */
  readonly database: string;
  /** Version of Tidemark, as migrate writes it. */
  readonly version: string;
  /** Told of each case as soon as it is done. */
  onResult?(result: FileResult): void;
}

/**
 * Runs the cases of all files, in order, on one stage per time zone. Never throws for a case that fails; throws the server's error
 * where a stage cannot be made. Its databases are gone afterwards.
 */
export async function runFiles(files: readonly RuleTestFile[], options: RunOptions): Promise<FileResult[]> {
  const { db, database, version, onResult } = options;
  const stages = new Map<string, TestStage>();
  const results: FileResult[] = [];
  try {
    for (const { file, timezone, tests } of files) {
      const stage = stages.get(timezone) ?? (await makeTestStage(db, `${database}_${stages.size}`, timezone, version));
      stages.set(timezone, stage);
      for (const test of tests) {
        const result = { file, ...(await runCase(test, stage)) };
        results.push(result);
        onResult?.(result);
      }
    }
  } finally {
    for (const stage of stages.values()) await stage.drop();
  }
  return results;
}
