import type { RunLimits } from '../../clickhouse/run';
import type { TidemarkOptions } from '../query';

/** A page with more rows than this answers slowly, and hardly anybody reads them. */
export const defaultMaxRows = 1_000_000;
export const defaultMaxMegabytes = 256;
/** No spinner turns longer than this, whatever hangs between browser and server. */
const defaultSeconds = 600;
/** The proxy's own timeout comes first: its answer says more. */
const graceSeconds = 5;

/** The limits of a data source; whatever is no positive number counts as not set. */
export function limitsOf({ maxRows, maxMegabytes, timeout }: TidemarkOptions): RunLimits {
  const positive = (value: unknown) => (typeof value === 'number' && value > 0 ? value : undefined);
  const seconds = positive(timeout);
  return {
    rows: Math.floor(positive(maxRows) ?? defaultMaxRows),
    bytes: (positive(maxMegabytes) ?? defaultMaxMegabytes) * 1024 * 1024,
    ms: 1000 * (seconds === undefined ? defaultSeconds : seconds + graceSeconds),
  };
}
