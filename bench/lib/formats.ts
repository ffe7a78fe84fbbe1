import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Session } from 'chdb';

/** The answer of one statement in several formats, and the engine's version. */
export interface Answers {
  readonly version: string;
  readonly byFormat: ReadonlyMap<string, Uint8Array>;
}

/** Asks the real engine once per format, in a data folder of its own that is removed afterwards. */
export async function fetchFormats(sql: string, formats: readonly string[]): Promise<Answers> {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-bench-'));
  const session = new Session(folder);
  const ask = async (statement: string, format: string) =>
    // A copy: the engine's own memory goes with the session.
    Uint8Array.from((await session.queryAsync(statement, { format })).bytes());
  try {
    const byFormat = new Map<string, Uint8Array>();
    for (const format of formats) byFormat.set(format, await ask(sql, format));
    const version = new TextDecoder().decode(await ask('SELECT version()', 'TSVRaw')).trim();
    return { version, byFormat };
  } finally {
    session.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
