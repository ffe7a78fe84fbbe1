import type { Db } from '../../core/db';
import { literal } from '../../core/sql/quote';
import type { Installation } from '../installation';
import { tableOf } from '../rollups/context';
import { watchView } from './names';
import type { Replayed } from './replay';

/** Between two looks that are further apart than this nobody looked. */
const unseenMs = 10 * 60_000;

/** What was written of a replay. */
export interface Kept {
  readonly rule: string;
  readonly changes: number;
}

/**
 * Writes a replay to the history, as far as nobody looked then: what was really seen is never changed, nor is anything added beside
 * it. What a former replay wrote of the same rules and times is taken away first, so that it may be run as often as one likes.
 * When a rule was looked at stands in `refresh_log`.
 */
export async function keepReplayed(
  installation: Installation,
  db: Db,
  replayed: readonly Replayed[],
  toMs: number,
): Promise<readonly Kept[]> {
  const asked = replayed.filter(({ skipped }) => skipped === undefined);
  const table = tableOf(installation, 'alerts_replayed');
  for (const { rule, fromMs } of asked)
    await db.command(
      `ALTER TABLE ${table} DELETE WHERE rule = ${literal(rule.name)} AND at BETWEEN fromUnixTimestamp64Milli(${fromMs}) AND fromUnixTimestamp64Milli(${toMs}) SETTINGS mutations_sync = 1`,
    );
  const kept: Kept[] = [];
  for (const { rule, fromMs, changes } of asked) {
    const gaps = await unseen(installation, db, watchView(rule), fromMs, toMs);
    const rows = changes
      .filter(({ atMs }) => gaps.some(([begins, ends]) => atMs >= begins && atMs <= ends))
      .map(({ atMs, said }) => ({
        rule: rule.name,
        subject: said.subject,
        at: (atMs / 1000).toFixed(3),
        firing: Number(said.firing),
        held: 0,
        value: said.value,
        threshold: said.threshold,
        as_of: said.asOf,
        detail: said.detail,
      }));
    if (rows.length > 0) await db.insert(`${installation.database}.alerts_replayed`, rows);
    kept.push({ rule: rule.name, changes: rows.length });
  }
  return kept;
}

/** Times within a range in which a view did not run, as milliseconds since 1970, both ends included. */
async function unseen(
  { database }: Installation,
  db: Db,
  view: string,
  fromMs: number,
  toMs: number,
): Promise<readonly (readonly [number, number])[]> {
  const rows = await db.query<{ begins: number; ends: number }>(
    `SELECT begins, ends FROM (
  SELECT lagInFrame(at, 1, toInt64({from:Int64})) OVER (ORDER BY at ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS begins, at AS ends
  FROM (
    SELECT 1000 * toInt64(toUnixTimestamp(started)) AS at FROM {database:Identifier}.refresh_log
    WHERE view = {view:String} AND started BETWEEN fromUnixTimestamp64Milli({from:Int64}) AND fromUnixTimestamp64Milli({to:Int64})
    UNION ALL SELECT toInt64({to:Int64})
  )
)
WHERE ends - begins > {unseen:Int64} OR begins = {from:Int64}
ORDER BY begins`,
    { database, view, from: fromMs, to: toMs, unseen: unseenMs },
  );
  return rows.map(({ begins, ends }) => [Number(begins), Number(ends)]);
}
