import { literal } from '../../../core/sql/quote';
import { recountedSteps, recountsViewName, recountViewName } from '../../refresh/recounts';
import { tableOf } from '../../rollups/context';
import { viewName } from '../../ddl/views';
import { failureKind, shortCause } from '../cause';
import type { Check } from '../check';
import type { DoctorContext } from '../context';
import type { Found } from '../finding';
import { found } from '../words';

interface ViewRow {
  readonly view: string;
  readonly status: string;
  readonly exception: string;
}

/** Is every refreshable view there and switched on, and do those that keep no table of their own work. */
export const views: Check = {
  name: 'views',
  of: 'database',
  async run(context) {
    const { db, installation, migrated } = context;
    if (!migrated) return undefined;
    const { database } = installation;
    const rows = await db.query<ViewRow>(
      `SELECT view, status, ifNull(exception, '') AS exception FROM system.view_refreshes WHERE database = ${literal(database)}`,
    );
    // What ends in _mv is fed by inserts: it has no refresh.
    // Names from what migrate remembers too: a role whose mapping does not fit any more has its views all the same.
    const known = await db.query<{ name: string }>(
      `SELECT name FROM ${tableOf(installation, 'schema_objects')} FINAL WHERE kind = 'refresh' AND NOT endsWith(name, '_mv') ORDER BY name`,
    );
    const there = new Set(rows.map((r) => r.view));
    const missing = known.map((k) => k.name).filter((name) => !there.has(name));
    const off = rows.filter((r) => /^Disabled/i.test(r.status)).map((r) => r.view);
    return [
      ...(missing.length > 0 ? [found('view_missing', database, { views: missing })] : []),
      ...(off.length > 0 ? [found('view_disabled', database, { views: off, status: 'Disabled' })] : []),
      ...failing(context, rows),
    ];
  },
};

/** Views that keep no rollup (watermarks, proofs, queue, log): rollup_status does not tell of them. */
function failing({ steps, installation }: DoctorContext, rows: readonly ViewRow[]): readonly Found[] {
  const told = new Set([...steps.map(viewName), ...recountedSteps(steps).map(({ step }) => recountViewName(step))]);
  const chooses = new Set(Object.values(installation.sources).map(recountsViewName));
  const bare = /^(tick|done|drift|refresh_log)_v$/;
  return rows
    .filter((r) => r.exception !== '' && !told.has(r.view) && (bare.test(r.view) || chooses.has(r.view)))
    .map((r) => {
      const cause = shortCause(r.exception);
      const kind = failureKind(r.exception);
      const facts = { rollups: [r.view], cause, memoryMb: installation.memoryMb };
      return found(kind, r.view, facts);
    });
}
