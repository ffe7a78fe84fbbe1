import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { messageOf } from '../../core/errors';
import { fail } from '../errors';
import { artifacts } from './artifacts';
import type { Artifact, Parsed } from './artifacts';

/** A file that is not whole is taken for half written as long as it is younger than that, in ms. */
const writingMs = 5000;

/** How a file of dbt's was found. */
export type Found<T> =
  | { readonly state: 'absent' }
  /** It was looked at before and has not changed since. */
  | { readonly state: 'same' }
  /** Not whole, but so young that dbt may be writing it: the next look will tell. */
  | { readonly state: 'writing' }
  | { readonly state: 'broken'; readonly failure: Words }
  | { readonly state: 'read'; readonly value: T; readonly stamp: string; readonly note?: Words };

interface Words {
  readonly code: string;
  readonly message: string;
}

/** Reads a file unless its stamp is `known`. Never throws: what is wrong with it is in the answer. */
export async function readArtifact<T>(
  folder: string,
  file: Artifact,
  parse: (content: string) => Parsed<T>,
  { known, now }: { readonly known: string | undefined; readonly now: number },
): Promise<Found<T>> {
  const path = join(folder, file);
  let content: string;
  let changedMs: number;
  let stamp: string;
  try {
    const { mtimeMs, size, ino } = await stat(path);
    changedMs = mtimeMs;
    stamp = `${mtimeMs} ${size} ${ino}`;
    if (stamp === known) return { state: 'same' };
    content = await readFile(path, 'utf8');
  } catch (thrown) {
    if (isMissing(thrown)) return { state: 'absent' };
    return { state: 'broken', failure: fail('dbt_file_unreadable', { path, reason: messageOf(thrown) }) };
  }
  try {
    const { value, version, unfit } = parse(content);
    const { newest } = artifacts[file];
    if (version !== undefined && version > newest)
      return { state: 'read', value, stamp, note: fail('dbt_version_newer', { path, version, newest, unfit }) };
    if (unfit > 0) return { state: 'read', value, stamp, note: fail('dbt_results_unfit', { path, unfit }) };
    return { state: 'read', value, stamp };
  } catch (thrown) {
    if (now - changedMs < writingMs) return { state: 'writing' };
    return { state: 'broken', failure: fail('dbt_file_broken', { path, reason: messageOf(thrown) }) };
  }
}

/** Whether a folder is there. */
export const hasFolder = (folder: string): Promise<boolean> =>
  stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );

const isMissing = (thrown: unknown) => (thrown as { readonly code?: unknown } | undefined)?.code === 'ENOENT';
