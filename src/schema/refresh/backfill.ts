import type { Db } from '../../core/db';
import { literal } from '../../core/sql/quote';
import type { RoleName } from '../../core/model';
import type { Installation } from '../installation';
import { tableOf } from '../rollups/context';
import { fillBeside } from '../ddl/fill';
import { largeSources } from '../ddl/marks';
import { viewName } from '../ddl/views';
import { queueDays } from './days';
import type { DrainOptions } from './drain';
import { markDone, refreshOnce } from './refresh';
import type { Step } from './steps';
import { refreshSteps, sourceContexts } from './steps';

/** What is to be counted, and who hears of it. */
export interface BackfillOptions {
  /** Days of the reporting zone (YYYY-MM-DD) to count anew; what is queued already where neither is given. */
  readonly from?: string;
  readonly to?: string;
  readonly roles?: readonly RoleName[];
  readonly drain?: DrainOptions;
  /** Hears how far the placements ledger of a role is, in rows of its source. */
  readonly onLedger?: (role: RoleName, rows: number, of: number) => void;
}

/**
 * Fills rollups from the history of their sources, some days at a time, newest state of each row, and takes off the queue what
 * is done: a killed run goes on where it was. First the placements ledger of *moving* sources (nothing may be counted whose
 * place is not written down), then all tables of each chunk of days, then the finished numbers. Safe beside running views.
 * @throws TidemarkError refresh_failed naming the table; what was done before stays.
 */
export async function backfill(installation: Installation, db: Db, options: BackfillOptions = {}): Promise<void> {
  const wanted = (role: RoleName) => options.roles === undefined || options.roles.includes(role);
  await fillLedgers(installation, db, wanted, options);
  if (options.from !== undefined || options.to !== undefined) {
    const range = { ...(options.from && { from: options.from }), ...(options.to && { to: options.to }) };
    for (const context of sourceContexts(installation)) {
      if (wanted(context.source.role)) await queueDays(context, db, range);
    }
  }
  await refreshOnce(installation, db, {
    drain: { ...options.drain, ...(options.roles && { roles: options.roles }) },
  });
}

/** Fills the ledgers of large sources that were never filled, day by day; the others are one statement of the refresh. */
async function fillLedgers(
  installation: Installation,
  db: Db,
  wanted: (role: RoleName) => boolean,
  { onLedger }: BackfillOptions,
): Promise<void> {
  const large = await largeSources(installation, db);
  for (const step of refreshSteps(installation)) {
    if (step.of.kind !== 'ledger') continue;
    const { role } = step.of.context.source;
    if (!wanted(role) || !large.has(role) || (await isMarked(installation, db, step))) continue;
    await cancelRun(installation, db, step);
    const began = await fillBeside(installation, db, step, step.table, 'first filling', async ({ rows, of }) => {
      onLedger?.(role, rows, of);
      await cancelRun(installation, db, step);
    });
    const hi = `toDateTime64(${literal(began)}, 3) - toIntervalSecond(${installation.delaySeconds})`;
    await markDone(installation, db, step.name, hi);
    await db.command(
      `ALTER TABLE ${tableOf(installation, 'backfills')} DELETE WHERE target = ${literal(step.table)} SETTINGS mutations_sync = 1`,
    );
  }
}

/**
 * Ends the run that the ledger's view may be at: without a mark it would write down the whole source in one statement, what this
 * filling does, too. A run that was ended proves nothing; should the filling be killed, the view's next one does it all.
 */
async function cancelRun(installation: Installation, db: Db, step: Step): Promise<void> {
  const [running] = await db.query<{ n: number }>(
    `SELECT toUInt8(count() > 0) AS n FROM system.view_refreshes WHERE database = ${literal(installation.database)} AND view = ${literal(viewName(step))} AND status = 'Running'`,
  );
  if (running?.n === 1) await db.command(`SYSTEM CANCEL VIEW ${tableOf(installation, viewName(step))}`);
}

async function isMarked(installation: Installation, db: Db, step: Step): Promise<boolean> {
  const [row] = await db.query<{ n: number }>(
    `SELECT toUInt8(count() > 0) AS n FROM ${tableOf(installation, 'done')} WHERE view = ${literal(step.name)}`,
  );
  return row?.n === 1;
}
