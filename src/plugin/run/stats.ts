import type { QueryResultMetaStat } from '@grafana/data';
import type { Outcome } from './runner';

/**
 * The price of a query as Grafana's inspector shows it. The server's summary leaves with the first bytes of an answer, so of a
 * long one the last progress that was heard counts where it is more.
 */
export function statsOf({ summary, progress, rows, bytes, elapsedMs }: Outcome): QueryResultMetaStat[] {
  const most = (a: number | undefined, b: number | undefined) =>
    a === undefined && b === undefined ? undefined : Math.max(a ?? 0, b ?? 0);
  const stat = (displayName: string, value: number | undefined, unit: string, more = {}): QueryResultMetaStat[] =>
    value === undefined ? [] : [{ displayName, value, unit, ...more }];
  return [
    ...stat('Rows read', most(summary?.readRows, progress?.readRows), 'short', { decimals: 0 }),
    ...stat('Bytes read', most(summary?.readBytes, progress?.readBytes), 'bytes'),
    ...stat('Time on the server', most(summary?.elapsedMs, progress?.elapsedMs), 'ms'),
    ...stat('Peak memory', most(summary?.memoryBytes, progress?.memoryBytes), 'bytes'),
    ...stat('Rows received', rows, 'short', { decimals: 0 }),
    ...stat('Bytes received', bytes, 'bytes'),
    ...stat('Time until received', elapsedMs, 'ms'),
  ];
}
