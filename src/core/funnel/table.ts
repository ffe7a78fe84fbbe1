import { bucketMsSql } from './buckets';
import type { FunnelInput } from './entries';
import { entriesSql } from './entries';
import type { FunnelSpec } from './spec';

/** How a funnel's steps fared over a range, one row per group and step that anybody reached. */
export interface FunnelRow {
  /** Value of the breakdown; `''` without one. */
  readonly grp: string;
  /** From 1. */
  readonly step: number;
  readonly entries: number;
  /** Of these, entries whose window is not over. */
  readonly open: number;
  /** Time from the entry to the step in ms; null where nobody reached it. */
  readonly median_ms: number | null;
  readonly p90_ms: number | null;
}

const columns = (quantiles: string) =>
  `grp, step, toFloat64(sum(n)) AS entries, toFloat64(sum(o)) AS open, ${quantiles} AS q, q[1] AS median_ms, q[2] AS p90_ms`;

/** SELECT of {@link FunnelRow}s from rows of events; times are exact. */
export function funnelTableSql(funnel: FunnelSpec, input: FunnelInput): string {
  return `SELECT grp, step, entries, open, median_ms, p90_ms FROM (
SELECT ${columns('quantilesExact(0.5, 0.9)(ms)')}
FROM (
SELECT grp, step, 1 AS n, open AS o, toFloat64(ms) AS ms FROM (
${entriesSql(funnel, input)}
) ARRAY JOIN steps AS step, took_ms AS ms
)
GROUP BY grp, step
) ORDER BY grp, step`;
}

/** The same from the table of times of a saved funnel; times are within 2.5 %. All arguments are SQL; days are of type Date. */
export function savedFunnelTableSql(table: string, from: string, to: string): string {
  return `SELECT grp, step, entries, open, median_ms, p90_ms FROM (
SELECT ${columns('quantilesExactWeighted(0.5, 0.9)(toFloat64(ms), n)')}
FROM (
  SELECT grp, step, entries AS n, open AS o, ${bucketMsSql('bucket')} AS ms FROM ${table} FINAL WHERE d >= ${from} AND d <= ${to}
)
GROUP BY grp, step
HAVING entries > 0
) ORDER BY grp, step`;
}

/** Rows for every step of every group, zeros where nobody came to it; of the group `''` where nobody entered at all. */
export function withAllSteps(funnel: Pick<FunnelSpec, 'steps'>, rows: readonly FunnelRow[]): readonly FunnelRow[] {
  const groups = rows.length > 0 ? [...new Set(rows.map((r) => r.grp))] : [''];
  return groups.flatMap((grp) =>
    funnel.steps.map((_, i) => {
      const found = rows.find((r) => r.grp === grp && r.step === i + 1);
      return found ?? { grp, step: i + 1, entries: 0, open: 0, median_ms: null, p90_ms: null };
    }),
  );
}
