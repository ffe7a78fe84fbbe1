import type { DataQueryError } from '@grafana/data';
import { errorTable, messageOf, TidemarkError } from '../core/errors';

/** Code → sentence of what can go wrong in the plugin itself. */
export const fail = errorTable({
  no_url: (f: { name: string }) =>
    `The data source "${f.name}" has no URL. Enter the address of ClickHouse's HTTP interface in its settings, for example http://clickhouse:8123.`,
  variable_columns: (f: { columns: readonly string[] }) =>
    `A variable takes one column, or two (text and value); this query returns ${f.columns.length}: ${f.columns.join(', ')}. Select fewer columns.`,
});

/** What was thrown, as the error of one target; never without a message. */
export function targetError(refId: string, thrown: unknown): DataQueryError {
  const message = messageOf(thrown);
  return { refId, message, data: { message } };
}

/** Whether it is the end of a query that nobody waits for any more. */
export function isCancelled(thrown: unknown): boolean {
  return thrown instanceof TidemarkError && thrown.code === 'cancelled';
}
