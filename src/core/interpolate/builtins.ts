import { formatInterval } from '../time/duration';
import type { Variables } from './variable';

/** What Grafana's own variables are made of; all times in milliseconds. */
export interface BuiltinContext {
  readonly fromMs: number;
  readonly toMs: number;
  readonly intervalMs: number;
  readonly timezone: string;
}

/**
 * Grafana's built-in variables: `__from`, `__to` (ms since 1970), `__interval` (`5m`), `__interval_ms`, `__range`
 * (`3600s`), `__range_s`, `__range_ms`, `__timezone`.
 */
export function builtinVariables({ fromMs, toMs, intervalMs, timezone }: BuiltinContext): Variables {
  const rangeMs = toMs - fromMs;
  const rangeSeconds = Math.round(rangeMs / 1000);
  const values: Readonly<Record<string, string>> = {
    __from: String(fromMs),
    __to: String(toMs),
    __interval: formatInterval(intervalMs),
    __interval_ms: String(intervalMs),
    __range: `${rangeSeconds}s`,
    __range_s: String(rangeSeconds),
    __range_ms: String(rangeMs),
    __timezone: timezone,
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { name, value }]));
}
