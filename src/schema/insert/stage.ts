import type { Db } from '../../core/db';
import { messageOf } from '../../core/errors';
import { ident, literal, qualified } from '../../core/sql/quote';
import { fail } from '../errors';
import type { Installation } from '../installation';
import type { Chunk, DayRows } from '../refresh/days';
import { chunksOf } from '../refresh/days';
import { statementSettings } from '../refresh/settings';
import { bucketOfRow, rowsBetween } from '../rollups/buckets';
import { column, daysBetween, present } from '../rollups/columns';
import { tableOf } from '../rollups/context';
import { lifeStart } from '../rollups/touched';
import { feedColumns, feedSelect } from './feed';
import type { InsertedStep } from './step';

/** Rows of a source to be added to a table of mode *insert*, each exactly once. */
export interface Addition {
  readonly step: InsertedStep;
  /** Table that they are added to: the step's own, or the one that is filled beside it. */
  readonly target: string;
  /** Rows stamped after this, where it is given, and up to `until`; UTC text. */
  readonly after?: string | undefined;
  readonly until: string;
  /** Tells this addition from all others, so that a killed one is gone on with. */
  readonly key: string;
}

/** How far an addition is, in rows of the source. */
export type OnAdded = (done: { readonly rows: number; readonly of: number }) => void;

const chunkRows = 4_000_000;

/** Name of the table in which a chunk is made ready. */
export const stageName = (step: { readonly name: string }): string => `${step.name}__stage`;

/** A moment as SQL. */
export const moment = (text: string): string => `toDateTime64(${literal(text)}, 3, 'UTC')`;

/**
 * Adds rows day by day, whatever else is added meanwhile, and none twice, although rows add up and nothing can be taken
 * back: a chunk is made ready in a table of its own, written down as ready, and moved partition by partition, each in one
 * step. A killed run begins an unready chunk anew and moves what is left of a ready one.
 * @throws TidemarkError refresh_failed naming the step; chunks before stay added.
 */
export async function addRows(
  installation: Installation,
  db: Db,
  addition: Addition,
  onAdded: OnAdded = () => undefined,
): Promise<void> {
  const { step, target } = addition;
  const stage = tableOf(installation, stageName(step));
  const run = async (statement: string) => {
    try {
      await db.command(statement);
    } catch (cause) {
      throw fail('refresh_failed', { step: step.name, cause: messageOf(cause) }, { cause });
    }
  };
  await run(`CREATE TABLE IF NOT EXISTS ${stage} AS ${tableOf(installation, target)}`);
  const log = await readLog(installation, db, addition);
  if (log.ready) {
    await moveStage(installation, db, addition, log.ready.at);
    await note(installation, db, addition, target, log.ready);
  }
  const added = [...log.added, ...(log.ready ? [log.ready] : [])];
  const days = (await daysToAdd(installation, db, addition)).filter(
    ({ day }) => !added.some((a) => day >= a.from && day <= a.to),
  );
  const of = days.reduce((sum, d) => sum + d.rows, 0);
  let rows = 0;
  for (const chunk of chunksOf(days, chunkRows)) {
    const at = await clock(db);
    await run(`TRUNCATE TABLE ${stage} SYNC`);
    await run(
      `INSERT INTO ${stage} (${[...feedColumns(step.of.rollup), 'swept_at'].map(ident).join(', ')})\nSELECT *, ${moment(at)} AS swept_at FROM (\n${chunkSelect(installation, addition, chunk, at)}\n)\n${statementSettings(installation, step)}`,
    );
    const ready = { from: chunk.days[0] ?? '', to: chunk.days.at(-1) ?? '', rows: chunk.rows, at };
    await note(installation, db, addition, stageName(step), ready);
    await moveStage(installation, db, addition, at);
    await note(installation, db, addition, target, ready);
    onAdded({ rows: (rows += chunk.rows), of });
  }
  await run(`DROP TABLE IF EXISTS ${stage} SYNC`);
}

/** The server's clock as text, in UTC; `later` seconds ahead. */
export async function clock(db: Db, later = 0): Promise<string> {
  const [row] = await db.query<{ at: string }>(`SELECT toString(now64(3, 'UTC') + toIntervalSecond(${later})) AS at`);
  return row?.at ?? '';
}

interface Entry {
  /** Days of the table's zone. */
  readonly from: string;
  readonly to: string;
  readonly rows: number;
  readonly at: string;
}

/** What was added already, and the chunk that is ready and perhaps moved in part. */
async function readLog(installation: Installation, db: Db, { step, target, key }: Addition) {
  const rows = await db.query<Entry & { target: string }>(
    `SELECT target, toString(from_day) AS from, toString(to_day) AS to, toFloat64(rows) AS rows, toString(at, 'UTC') AS at FROM ${tableOf(installation, 'backfills')} WHERE hash = ${literal(key)} AND target IN (${literal(target)}, ${literal(stageName(step))}) ORDER BY from_day`,
  );
  const added = rows.filter((r) => r.target === target);
  const ready = rows.find((r) => r.target !== target && !added.some((a) => a.from === r.from));
  return { added, ready };
}

async function note(
  installation: Installation,
  db: Db,
  { key }: Addition,
  target: string,
  { from, to, rows, at }: Entry,
): Promise<void> {
  await db.command(
    `INSERT INTO ${tableOf(installation, 'backfills')} (target, hash, from_day, to_day, rows, ms, at) SELECT ${literal(target)}, ${literal(key)}, toDate(${literal(from)}), toDate(${literal(to)}), ${rows}, 0, ${moment(at)}`,
  );
}

/**
 * Moves what is ready. A server that is killed in the very step may have the partition in both tables: `swept_at` tells, for
 * no later addition has touched these days.
 */
async function moveStage(installation: Installation, db: Db, { step, target }: Addition, at: string): Promise<void> {
  const { database } = installation;
  const name = stageName(step);
  const parts = await db.query<{ id: string }>(
    `SELECT DISTINCT partition_id AS id FROM system.parts WHERE database = ${literal(database)} AND table = ${literal(name)} AND active AND rows > 0 ORDER BY id`,
  );
  for (const { id } of parts) {
    const [moved] = await db.query<{ n: number }>(
      `SELECT toUInt8(count() > 0) AS n FROM (SELECT 1 FROM ${tableOf(installation, target)} WHERE _partition_id = ${literal(id)} AND swept_at = ${moment(at)} LIMIT 1)`,
    );
    const partition = `PARTITION ID ${literal(id)}`;
    const stage = tableOf(installation, name);
    await db.command(
      moved?.n === 1
        ? `ALTER TABLE ${stage} DROP ${partition}`
        : `ALTER TABLE ${stage} MOVE ${partition} TO TABLE ${tableOf(installation, target)}`,
    );
  }
}

/** Condition on the stamps of the rows to be added. */
function stamped({ step, after, until }: Addition): string {
  const stamp = column(step.of.context.source, 'ingestedAt');
  return [...(after === undefined ? [] : [`${stamp} > ${moment(after)}`]), `${stamp} <= ${moment(until)}`].join(
    ' AND ',
  );
}

/** Condition that leaves out times which the table does not keep any more. */
function alive({ timezone }: Installation, { step, until }: Addition): readonly string[] {
  const { context, rollup } = step.of;
  const life = lifeStart(context, rollup, moment(until));
  return life ? [daysBetween(context.source, timezone, life)] : [];
}

/** Days of the table's own zone, so that no bucket lies in two of them. */
const ownDays = ({ step }: Addition) => ({ grain: 'day', timezone: step.of.rollup.timezone }) as const;

function daysToAdd(installation: Installation, db: Db, addition: Addition): Promise<readonly DayRows[]> {
  const { source } = addition.step.of.context;
  const day = bucketOfRow(source, ownDays(addition));
  const where = [stamped(addition), ...alive(installation, addition), present(source, ['time'])].join(' AND ');
  return db.query<DayRows>(
    `SELECT toString(tm_d) AS day, toFloat64(count()) AS rows FROM (SELECT ${day} AS tm_d FROM ${qualified(source.table)} WHERE ${where}) GROUP BY tm_d ORDER BY tm_d`,
  );
}

function chunkSelect(installation: Installation, addition: Addition, { days }: Chunk, at: string): string {
  const { context, rollup } = addition.step.of;
  const day = (text: string | undefined) => `toDate(${literal(text ?? '')})`;
  const between = rowsBetween(context.source, ownDays(addition), day(days[0]), day(days.at(-1)));
  const conditions = [stamped(addition), between, ...alive(installation, addition)];
  return feedSelect(context, rollup, conditions, moment(at));
}
