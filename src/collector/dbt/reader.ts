import type { DbtConfig } from '../../config/collectConfig';
import type { Db } from '../../core/db';
import { ident, literal } from '../../core/sql/quote';
import { healthDbtRun } from '../../packs/pipeline/health/dbtRun';
import { healthDbtSource } from '../../packs/pipeline/health/dbtSource';
import { rowsOf } from '../source';
import type { Part, TableRows } from '../source';
import { parseManifest, parseRunResults, parseSources } from './artifacts';
import type { Manifest, RunResults, Sources } from './artifacts';
import { readArtifact } from './folder';
import type { Found } from './folder';
import { failingNodes, runTables } from './health';
import { removedRows, runRows, sourceRows } from './rows';
import type { Told } from './rows';

/** A file that an invocation leaves behind. */
export type ResultFile = 'run_results.json' | 'sources.json';

/** An invocation that was found. */
export interface Invocation {
  readonly id: string;
  readonly file: ResultFile;
  /** Whether it is brought now; the tables have it already otherwise. */
  readonly isNew: boolean;
}

/** What one reading of a target folder brought. */
export interface Reading {
  readonly rows: readonly TableRows[];
  /** Of each file that is there. */
  readonly parts: readonly Part[];
  readonly invocations: readonly Invocation[];
}

/** What a reader needs beside its folder. */
export interface ReaderWorld {
  readonly db: Db;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Given up: nothing is remembered then. */
  readonly signal?: AbortSignal;
}

/** The table that says whether the invocation behind a file is known. */
const tableOf = { 'run_results.json': healthDbtRun, 'sources.json': healthDbtSource } as const;

/**
 * Reads the target folder of a dbt project again and again; each invocation is brought once, also after a restart: the health tables
 * say which are known.
 */
export class TargetReader {
  private readonly project: DbtConfig;
  private readonly folder: string;
  private readonly database: string;
  private readonly stamps = new Map<string, string>();
  private readonly parts = new Map<string, Part>();
  private readonly brought = new Set<string>();
  private hasAsked = false;

  /** `folder` as it is opened, `database` that of the health tables. */
  constructor(project: DbtConfig, folder: string, database: string) {
    this.project = project;
    this.folder = folder;
    this.database = database;
  }

  /**
   * Reads what is there, and `missed`: contents of run_results.json that were there since the last reading. Throws what ClickHouse
   * answers where it cannot be asked which invocations are known, as long as it never could.
   */
  async read(world: ReaderWorld, told: Told, missed: readonly string[] = []): Promise<Reading> {
    const { folder, stamps } = this;
    const at = (file: string) => ({ known: stamps.get(file), now: world.now });
    const found = await readArtifact(folder, 'run_results.json', parseRunResults, at('run_results.json'));
    const checked = await readArtifact(folder, 'sources.json', parseSources, at('sources.json'));
    const runs = await this.told('run_results.json', [...missed.flatMap(wholeRun), ...valueOf(found)], world);
    const checks = await this.told('sources.json', valueOf(checked), world);
    const isAnyNew = [...runs, ...checks].some(({ isNew }) => isNew);
    // Large, so it is read only where something is new.
    const seen: Found<Manifest> = isAnyNew
      ? await readArtifact(folder, 'manifest.json', parseManifest, { known: undefined, now: world.now })
      : { state: 'same' };
    const [manifest] = valueOf(seen);
    const rows = [
      ...(await this.runTables(runs, manifest, world, told)),
      ...checks
        .filter(({ isNew }) => isNew)
        .map(({ value }) => rowsOf(healthDbtSource, sourceRows(this.project, value, manifest))),
    ];
    world.signal?.throwIfAborted();
    this.remember('run_results.json', found);
    this.remember('sources.json', checked);
    this.remember('manifest.json', seen);
    const invocations = [...runs, ...checks].map(({ id, file, isNew }) => ({ id, file, isNew }));
    for (const { id, file } of invocations) this.brought.add(`${file} ${id}`);
    return { rows, parts: [...this.parts.values()], invocations };
  }

  private async told<T extends RunResults | Sources>(
    file: ResultFile,
    values: readonly T[],
    world: ReaderWorld,
  ): Promise<readonly (Invocation & { readonly value: T })[]> {
    const byId = new Map(values.map((value) => [value.metadata.invocation_id, value]));
    const asked = [...byId].map(async ([id, value]) => ({
      id,
      file,
      value,
      isNew: !(await this.isKnown(file, id, world)),
    }));
    return Promise.all(asked);
  }

  private async runTables(
    runs: readonly { readonly isNew: boolean; readonly value: RunResults }[],
    manifest: Manifest | undefined,
    world: ReaderWorld,
    told: Told,
  ): Promise<readonly TableRows[]> {
    const made = runs.filter(({ isNew }) => isNew).map(({ value }) => runRows(this.project, value, manifest, told));
    const last = made.at(-1);
    if (!last) return [];
    const failing = () => failingNodes(world.db, this.database, this.project.name);
    const removed = manifest ? removedRows(last.run, await failing(), manifest) : [];
    return runTables(made, removed);
  }

  private remember(name: string, found: Found<unknown>): void {
    if (found.state === 'same') return;
    if (found.state === 'absent') {
      this.parts.delete(name);
      this.stamps.delete(name);
    } else if (found.state === 'writing') {
      if (!this.parts.has(name)) this.parts.set(name, { part: name });
    } else if (found.state === 'broken') {
      this.parts.set(name, { part: name, failure: found.failure });
    } else {
      this.stamps.set(name, found.stamp);
      this.parts.set(name, { part: name, ...(found.note && { note: found.note }) });
    }
  }

  /** While ClickHouse is away, what this process has not brought is new: rows wait, while dbt overwrites its files. */
  private async isKnown(file: ResultFile, id: string, { db }: ReaderWorld): Promise<boolean> {
    if (this.brought.has(`${file} ${id}`)) return true;
    try {
      const rows = await db.query(
        `SELECT 1 AS known FROM ${this.table(tableOf[file].name)} WHERE project = ${literal(this.project.name)} AND invocation_id = ${literal(id)} LIMIT 1`,
      );
      this.hasAsked = true;
      return rows.length > 0;
    } catch (thrown) {
      if (!this.hasAsked) throw thrown;
      return false;
    }
  }

  private table(name: string): string {
    return `${ident(this.database)}.${ident(name)}`;
  }
}

const valueOf = <T>(found: Found<T>): readonly T[] => (found.state === 'read' ? [found.value] : []);

/** What was caught half written is whole in the file, or in what was caught after it. */
function wholeRun(content: string): readonly RunResults[] {
  try {
    return [parseRunResults(content).value];
  } catch {
    return [];
  }
}
