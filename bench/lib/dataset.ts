import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Contents, Generated } from './data/generate';
import { generate } from './data/generate';
import type { SourceName } from './data/tables';
import { rowsPerEvent } from './data/tables';
import { startEngine } from './engine';
import type { Engine } from './engine';
import { closeConnections } from './http';
import { megabytes } from './numbers';
import { quietMerges } from './views';

/** A running engine over generated source tables. */
export interface Dataset {
  readonly engine: Engine;
  /** Folder with `clickhouse/` (the engine's), `bench.json` (what is in it) and tidemark.yaml files. */
  readonly folder: string;
  readonly contents: Contents;
  /** Speeds and sizes of when it was generated. */
  readonly generated: readonly Generated[];
  /** Ends the engine and removes a temporary folder. */
  close(): Promise<void>;
}

export interface DatasetOptions {
  readonly rows: number;
  readonly days: number;
  readonly sources: readonly SourceName[];
  /** Folder to keep and to use again; a temporary one otherwise. */
  readonly folder?: string | undefined;
}

/** Some 60 bytes a row with its rollups while merges run: more than was measured, so that a run never fills the disk. */
const bytesPerRow = 120;

/**
 * Opens a data folder, generating its contents where it is new. Throws where the folder holds other contents than asked
 * for, or the disk has too little room.
 */
export async function openDataset({ rows, days, sources, folder: kept }: DatasetOptions): Promise<Dataset> {
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'tidemark-bench-'));
  mkdirSync(folder, { recursive: true });
  const manifest = join(folder, 'bench.json');
  const known = existsSync(manifest)
    ? (JSON.parse(readFileSync(manifest, 'utf8')) as { contents: Contents; generated: Generated[] })
    : undefined;
  if (known) refuseOther(known.contents, { rows, days, sources }, folder);
  else refuseFullDisk(folder, rows, sources);
  const remove = () => {
    if (kept === undefined) rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', remove);
  const engine = await startEngine(join(folder, 'clickhouse'));
  const close = async () => {
    closeConnections();
    await engine.stop();
    remove();
    process.off('exit', remove);
  };
  try {
    if (known) return { engine, folder, close, ...known };
    const untilMs = Math.floor(Date.now() / 60_000) * 60_000 - 60_000;
    const contents: Contents = { rows, days, untilMs, sources };
    const generated = await generate(engine, contents);
    await quietMerges(engine);
    writeFileSync(manifest, JSON.stringify({ contents, generated }, null, 2));
    return { engine, folder, contents, generated, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** Opens a data folder, works with it, and closes it whatever happens. */
export async function withDataset<T>(options: DatasetOptions, work: (dataset: Dataset) => Promise<T>): Promise<T> {
  const dataset = await openDataset(options);
  try {
    return await work(dataset);
  } finally {
    await dataset.close();
  }
}

function refuseOther(found: Contents, asked: Omit<DatasetOptions, 'folder'>, folder: string): void {
  const missing = asked.sources.filter((name) => !found.sources.includes(name));
  if (found.rows === asked.rows && found.days === asked.days && missing.length === 0) return;
  throw new Error(
    `${folder} holds ${found.rows} events over ${found.days} days (${found.sources.join(', ')}), not what was asked for: ${asked.rows} over ${asked.days} (${asked.sources.join(', ')}). Name another folder or remove it.`,
  );
}

function refuseFullDisk(folder: string, rows: number, sources: readonly SourceName[]): void {
  const { bavail, bsize } = statfsSync(folder);
  const needed = sources.reduce((sum, name) => sum + rows * rowsPerEvent[name], 0) * bytesPerRow;
  if (needed > bavail * bsize) {
    throw new Error(
      `${folder} has ${megabytes(bavail * bsize)} free; ${rows} events with their rollups may take ${megabytes(needed)}. Name a folder on another disk with --data.`,
    );
  }
}
