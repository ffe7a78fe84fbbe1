import type { FunnelSpec } from '../../core/funnel/spec';
import { literal } from '../../core/sql/quote';
import { placed } from '../cluster';
import type { Installation } from '../installation';
import { tableOf } from '../rollups/context';
import { funnelTable, funnelTimeTable } from '../rollups/savedFunnels';

interface View {
  readonly name: string;
  readonly ddl: string;
}

/**
 * Plain views over all saved funnels, so that one dashboard shows whichever is chosen: `funnels` (funnel, d, t, grp, step, entries,
 * open), `funnels_time` (also bucket), and `funnel_steps` (funnel, title, step, step_title, steps; before: the last step before
 * it that nobody may leave out; window_ms: of the funnel). Without saved funnels they are empty.
 */
export function funnelViews(installation: Installation): readonly View[] {
  if (!installation.sources.events) return [];
  const { funnels, timezone } = installation;
  const zone = literal(timezone);
  const over = (table: (name: string) => string, more: readonly string[]) => {
    const columns = [`d`, `toDateTime(d, ${zone}) AS t`, 'grp', 'step', ...more, 'entries', 'open'].join(', ');
    const none = `SELECT '' AS funnel, toDate(0) AS d, toDateTime(0, ${zone}) AS t, '' AS grp, toUInt8(0) AS step, ${more.map((c) => `toUInt16(0) AS ${c}, `).join('')}toUInt64(0) AS entries, toUInt64(0) AS open WHERE 0`;
    const all = funnels.map(
      ({ name }) => `SELECT ${literal(name)} AS funnel, ${columns} FROM ${tableOf(installation, table(name))} FINAL`,
    );
    return (all.length > 0 ? all : [none]).join('\nUNION ALL\n');
  };
  const named = funnels.flatMap(({ name, title, steps, windowMs }) =>
    steps.map((step, i) => {
      const stepTitle = step.title ?? step.event;
      return [name, title, i + 1, stepTitle, steps.length, stepBefore(steps, i), windowMs] as const;
    }),
  );
  const rows = named.map((row) => `(${row.map((value) => literal(value)).join(', ')})`);
  const steps = `SELECT s.1 AS funnel, s.2 AS title, toUInt8(s.3) AS step, s.4 AS step_title, toUInt8(s.5) AS steps, toUInt8(s.6) AS before, toUInt64(s.7) AS window_ms
FROM (SELECT arrayJoin([${rows.join(', ')}]::Array(Tuple(String, String, UInt8, String, UInt8, UInt8, UInt64))) AS s)`;
  return [
    view(installation, 'funnels', over(funnelTable, [])),
    view(installation, 'funnels_time', over(funnelTimeTable, ['bucket'])),
    view(installation, 'funnel_steps', steps),
  ];
}

/** Number of the last step before one that nobody may leave out; 0 before the first. */
function stepBefore(steps: FunnelSpec['steps'], i: number): number {
  return Math.max(0, ...steps.slice(0, i).map((step, n) => (step.optional ? 0 : n + 1)));
}

function view(installation: Installation, name: string, select: string): View {
  const ddl = `CREATE OR REPLACE VIEW ${tableOf(installation, name)} AS\n${select}`;
  return { name, ddl: placed(installation, { kind: 'view', name, ddl }) };
}
