import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { messageOf } from '../core/errors';
import type { DashboardEntry } from './api';
import { fail } from './errors';

/** A dashboard file as read: its entry in the list and its JSON text, unchanged. */
export interface DashboardFile extends DashboardEntry {
  readonly json: string;
}

function jsonFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return jsonFiles(path);
    return entry.name.endsWith('.json') ? [path] : [];
  });
}

function read(folder: string, path: string): DashboardFile {
  const file = relative(folder, path).split(sep).join('/');
  const json = readFileSync(path, 'utf8');
  let parsed: Partial<DashboardEntry>;
  try {
    parsed = JSON.parse(json) as Partial<DashboardEntry>;
  } catch (thrown) {
    throw fail('dashboard_json', { file, reason: messageOf(thrown) });
  }
  if (!parsed.uid || !parsed.title) throw fail('dashboard_json', { file, reason: 'it has no uid or no title' });
  const { uid, title, description = '', tags = [] } = parsed;
  const place = dirname(file);
  return { uid, title, description, tags, folder: place === '.' ? 'General' : place, file, json };
}

/**
 * Reads every `*.json` below a folder, sorted by folder and title: afresh at each call, so that a changed file shows on
 * reload. Throws when one is no dashboard or two have the same uid.
 */
export function readDashboards(folder: string): DashboardFile[] {
  const files = jsonFiles(folder).map((path) => read(folder, path));
  const seen = new Map<string, DashboardFile>();
  for (const file of files) {
    const other = seen.get(file.uid);
    if (other) throw fail('dashboard_uid_twice', { uid: file.uid, files: [other.file, file.file] });
    seen.set(file.uid, file);
  }
  return files.sort((a, b) => a.folder.localeCompare(b.folder) || a.title.localeCompare(b.title));
}
