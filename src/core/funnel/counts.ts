import { bucketSql } from './buckets';
import type { FunnelInput } from './entries';
import { entriesSql } from './entries';
import type { FunnelSpec } from './spec';

/**
 * SELECT of how many entries of a day reached each step, and in which time: `d`, `grp`, `step` (from 1), `bucket` of the time from the
 * entry to the step, `entries`, `open` (of these, with a window that is not over). Additive over everything but steps.
 */
export function stepTimesSql(funnel: FunnelSpec, input: FunnelInput): string {
  return `SELECT d, grp, step, ${bucketSql('ms')} AS bucket, count() AS entries, sum(open) AS open
FROM (
SELECT d, grp, step, ms, open FROM (
${entriesSql(funnel, input)}
) ARRAY JOIN steps AS step, took_ms AS ms
)
GROUP BY d, grp, step, bucket`;
}
