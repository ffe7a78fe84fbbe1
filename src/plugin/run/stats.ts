import type { QueryResultMetaStat } from '@grafana/data';
import type { QuerySummary } from '../clickhouse/summary';

/** The price of a query as Grafana's inspector shows it; empty where the server's summary did not come through. */
export function statsOf(summary: QuerySummary | undefined): QueryResultMetaStat[] {
  if (!summary) return [];
  return [
    { displayName: 'Rows read', value: summary.readRows, unit: 'short', decimals: 0 },
    { displayName: 'Bytes read', value: summary.readBytes, unit: 'bytes' },
    ...(summary.elapsedMs === undefined
      ? []
      : [{ displayName: 'Time on the server', value: summary.elapsedMs, unit: 'ms' }]),
    ...(summary.memoryBytes === undefined
      ? []
      : [{ displayName: 'Peak memory', value: summary.memoryBytes, unit: 'bytes' }]),
  ];
}
