import type { Db } from '../../core/db';
import { runStep } from '../../schema/refresh/refresh';
import type { Version } from '../law/history';
import type { Installed, InstallOptions } from '../law/installed';
import { install } from '../law/installed';
import { releaseOf } from '../law/tables';
import type { Subject } from '../law/tables';

/** What a row has as a dimension of its role (`law/tables.ts` says what its fields are there). */
export function dimensionOf(name: string, row: Version): string {
  switch (name) {
    case 'plan':
      return row.detail ?? '';
    case 'release':
      return releaseOf(row);
    case 'endpoint':
      return row.user;
    default:
      return row.name;
  }
}

/** Rows of a role that may be made from another: refunds, at the time when they were given. */
export function rowsOfRole(role: string, rows: readonly Version[]): readonly Version[] {
  if (role !== 'refunds') return rows;
  return rows.flatMap((r) => (r.refund > 0 && r.refundMs != null ? [{ ...r, timeMs: r.refundMs }] : []));
}

/** An installation of all roles whose refreshes run when the test says so, on the test's clock. */
export interface World extends Pick<Installed, 'installation' | 'tick'> {
  /** One whole refresh, queued days and finished numbers included. */
  refresh(): Promise<void>;
  /** The ordinary refreshes alone: late days stay queued, finished numbers as they are. */
  refreshFresh(): Promise<void>;
  /** Writes a batch of all queued days down, as the views do before they recount them. */
  beginRecounts(): Promise<void>;
}

/** The law's installation ({@link install}), in steps that leave something undone. */
export async function installWorld(
  db: Db,
  name: string,
  subjects: readonly Subject[],
  options: InstallOptions,
): Promise<World> {
  const { installation, steps, tick, refresh } = await install(db, name, subjects, options);
  const batch = (days: string) =>
    db.command(
      `INSERT INTO ${installation.database}.recounts (at, role, d, why) SELECT now64(3), role, d, 'late' FROM (${days})`,
    );
  const finished = steps.filter((s) => s.of.kind === 'finished');
  return {
    installation,
    tick,
    async refresh() {
      await refresh();
      // Each role's next batch, which says that the one before is done; and finished numbers that have seen it.
      const roles = Object.keys(installation.sources).map((role) => `'${role}'`);
      await batch(`SELECT arrayJoin([${roles.join(', ')}]) AS role, toDate('1970-01-01') AS d`);
      for (const step of finished) await runStep(installation, db, step);
    },
    async refreshFresh() {
      for (const step of steps) if (!finished.includes(step)) await runStep(installation, db, step);
    },
    beginRecounts: () => batch(`SELECT DISTINCT role, d FROM ${installation.database}.late`),
  };
}
