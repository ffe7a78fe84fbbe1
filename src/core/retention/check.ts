import { fail } from './errors';
import type { RetentionSpec } from './spec';

/** Most intervals after the first. */
export const mostPeriods = 400;

/** A spec as it can be counted. Throws retention_months_roll, retention_bad_periods. */
export function checkRetention(spec: RetentionSpec): RetentionSpec {
  const { name: retention, interval, windows, periods } = spec;
  if (windows === 'rolling' && interval === 'month') throw fail('retention_months_roll', { retention });
  if (!Number.isInteger(periods) || periods < 1 || periods > mostPeriods)
    throw fail('retention_bad_periods', { retention, periods, most: mostPeriods });
  return spec;
}
