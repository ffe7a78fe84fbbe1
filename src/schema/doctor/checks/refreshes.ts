import type { Verdict } from '../../refresh/status';
import { tableOf } from '../../rollups/context';
import type { FailureKind } from '../cause';
import { failureKind, shortCause } from '../cause';
import type { Check } from '../check';
import type { DoctorContext } from '../context';
import type { Found } from '../finding';
import { found } from '../words';

/** Seconds that a watermark may be ahead of the clock; as in rollup_status. */
const skewSeconds = 5;
/** Minutes after which a table that was never filled is a problem. */
const fillingMinutes = 30;

interface StatusRow {
  readonly rollup: string;
  readonly role: string;
  readonly verdict: Verdict | 'clock back' | 'catching up';
  readonly exception: string;
  readonly lag: number;
  readonly minutes: number;
}

/** What rollup_status says, by cause: failing in its kinds, standing still, never filled, ahead of the clock. */
export const refreshes: Check = {
  name: 'refreshes',
  of: 'database',
  async run(context) {
    const { db, installation, migrated, only } = context;
    if (!migrated) return undefined;
    const table = (name: string) => tableOf(installation, name);
    // Roles from the catalogue too: a role whose mapping does not fit any more has its rollups all the same.
    const rows = await db.query<StatusRow>(
      `SELECT rollup, if(known.role = '', replaceRegexpOne(rollup, '^(places|late)_', ''), known.role) AS role, verdict, ifNull(exception, '') AS exception,
  toFloat64(ifNull(lag_s, 0)) AS lag, toFloat64(dateDiff('minute', ifNull(made.at, now()), now())) AS minutes
FROM ${table('rollup_status')} AS status
LEFT JOIN (SELECT name, role FROM ${table('catalog_rollups')}) AS known ON known.name = status.rollup
LEFT JOIN (SELECT name, toNullable(max(applied_at)) AS at FROM ${table('schema_objects')} GROUP BY name) AS made ON made.name = status.rollup
ORDER BY rollup`,
    );
    const own = rows.filter(({ role }) => only === undefined || role === only);
    const by = (verdict: StatusRow['verdict']) => own.filter((r) => r.verdict === verdict);
    const perRole = (chosen: readonly StatusRow[], make: (role: string, of: readonly StatusRow[]) => Found) =>
      [...grouping(chosen, (r) => r.role)].map(([role, of]) => make(role, of));
    const names = (of: readonly StatusRow[]) => of.map((r) => r.rollup);
    const filling = by('filling');
    return [
      ...failures(by('failing'), installation.memoryMb),
      ...perRole(by('stale'), (role, of) =>
        found('refresh_stale', role, { rollups: names(of), seconds: Math.round(Math.max(...of.map((r) => r.lag))) }),
      ),
      ...perRole(
        filling.filter((r) => r.minutes > fillingMinutes),
        (role, of) =>
          found('never_filled', role, { rollups: names(of), minutes: Math.max(...of.map((r) => r.minutes)) }),
      ),
      ...perRole(
        filling.filter((r) => r.minutes <= fillingMinutes),
        (role, of) => found('filling', role, { rollups: names(of) }),
      ),
      ...(await clock(context)),
    ];
  },
};

/** One finding per role and kind of failure: a broken source stops a dozen tables for one reason. */
function failures(rows: readonly StatusRow[], memoryMb: number): readonly Found[] {
  return [...grouping(rows, (r) => `${r.role}\n${failureKind(r.exception)}`)].map(([key, of]) => {
    const [role = '', kind = ''] = key.split('\n');
    const cause = shortCause(of[0]?.exception ?? '');
    return found(kind as FailureKind, role, { rollups: of.map((r) => r.rollup), cause, memoryMb });
  });
}

function grouping<T>(items: readonly T[], key: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}

/** Watermarks ahead of the clock. Asked of tick too: there it shows before any refresh has used it. */
async function clock({ db, installation }: DoctorContext): Promise<readonly Found[]> {
  const marks = ['tick', 'done'].map((name) => `SELECT max(hi) AS hi FROM ${tableOf(installation, name)}`);
  const [row] = await db.query<{ ahead: number }>(
    `SELECT toFloat64(dateDiff('second', now64(3), max(hi))) AS ahead FROM (${marks.join(' UNION ALL ')})`,
  );
  const seconds = row?.ahead ?? 0;
  return seconds > skewSeconds ? [found('clock_back', installation.database, { seconds })] : [];
}
