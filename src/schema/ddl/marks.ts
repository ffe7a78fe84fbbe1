import type { Db } from '../../core/db';
import { literal } from '../../core/sql/quote';
import { everywhere, insertEverywhere, onCluster } from '../cluster';
import type { Installation } from '../installation';
import { present } from '../rollups/columns';
import { tableOf } from '../rollups/context';
import { reportingDay } from '../rollups/recount';
import { upperBound } from '../refresh/progress';
import { unsealed } from '../refresh/recounts';
import type { Step } from '../refresh/steps';

/** Rows of a source up to which the first refresh fills a table by one statement. */
const mostAtOnce = 200_000;

/** Roles whose source is larger than that, or cannot tell: their tables are filled by the queue, some days at a time. */
export async function largeSources(installation: Installation, db: Db): Promise<ReadonlySet<string>> {
  const large = new Set<string>();
  for (const { role, table } of Object.values(installation.sources)) {
    const [database = '', name = ''] = split(table);
    const [row] = await db.query<{ n: number }>(
      'SELECT toFloat64(ifNull(total_rows, 0)) AS n FROM system.tables WHERE database = {database:String} AND name = {name:String}',
      { database, name },
    );
    if ((row?.n ?? 0) > mostAtOnce) large.add(role);
  }
  return large;
}

function split(name: string): readonly [string, string] {
  const dot = name.indexOf('.');
  return dot < 0 ? ['default', name] : [name.slice(0, dot), name.slice(dot + 1)];
}

/** Forgets how far a step was: its table is empty, or another. */
export function resetStatement(installation: Installation, step: string): string {
  return `ALTER TABLE ${tableOf(installation, 'done')}${onCluster(installation)} DELETE WHERE view = ${literal(step)} SETTINGS mutations_sync = 1`;
}

/**
 * Sets a step's watermark, where it has none: rows stamped before are not its refreshes' work. On a cluster on every shard.
 * @param began moment on the server's clock as text from which on rows may be missing. Absent: the days are all queued, and
 * recounted with what the upstream has proven by then, if it ever has: at least what it has now.
 */
export function markStatements(installation: Installation, step: Step, began?: string): readonly string[] {
  const done = tableOf(installation, 'done');
  const bound = upperBound(installation, step);
  const now = `now64(3) - toIntervalSecond(${installation.delaySeconds})`;
  const hi =
    began === undefined
      ? `if(${bound} > toDateTime64(0, 3), least(${bound}, ${now}), ${now})`
      : `toDateTime64(${literal(began)}, 3) - toIntervalSecond(${installation.delaySeconds})`;
  const mark = `SELECT ${literal(step.name)} AS view, ${hi} AS hi, now64(3) AS at WHERE (SELECT count() FROM ${done} WHERE view = ${literal(step.name)}) = 0`;
  return [insertEverywhere(installation, 'done', ['view', 'hi', 'at'], 'at', mark)];
}

/**
 * Queues days of a step's source to be recounted: all that it has, or those that were queued since a moment, for another table
 * may have taken them already. On a cluster on every shard the days of all.
 */
export function queueStatements(installation: Installation, step: Step, since?: string): readonly string[] {
  if (step.of.kind !== 'places') return [];
  const { context } = step.of;
  const { source } = context;
  const late = tableOf(installation, 'late');
  const days =
    since === undefined
      ? `SELECT DISTINCT ${reportingDay(context)} AS tm_d FROM ${everywhere(installation, source.table)} WHERE ${present(source, ['time'])}`
      : `SELECT DISTINCT d AS tm_d FROM ${late} WHERE role = ${literal(source.role)} AND sealed = 0 AND at >= toDateTime64(${literal(since)}, 3)`;
  const queued = `SELECT ${literal(source.role)} AS role, tm_d AS d, now64(3) AS hi, now64(3) AS at, 0 AS rows, 0 AS sealed FROM (${days}) WHERE tm_d >= ${unsealed(context)}`;
  return [insertEverywhere(installation, 'late', ['role', 'd', 'hi', 'at', 'rows', 'sealed'], 'at', queued)];
}
