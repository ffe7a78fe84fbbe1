import type { DataQueryError } from '@grafana/data';
import { errorTable, messageOf, TidemarkError } from '../core/errors';

/** Code → sentence of what can go wrong in the plugin itself. */
export const fail = errorTable({
  no_url: (f: { name: string }) =>
    `The data source "${f.name}" has no URL. Enter the address of ClickHouse's HTTP interface in its settings, for example http://clickhouse:8123.`,
  variable_columns: (f: { columns: readonly string[] }) =>
    `A variable takes one column, or two (text and value); this query returns ${f.columns.length}: ${f.columns.join(', ')}. Select fewer columns.`,
  variable_field: (f: { kind: string; field: string }) =>
    `A variable of the kind "${f.kind}" needs a ${f.field}. Enter it in the variable's editor, or choose a value of the variable that stands there.`,
  variable_column: (f: { kind: string; table: string; column: string }) =>
    `The table "${f.table}" has no column "${f.column}" that a variable of the kind "${f.kind}" can be made from, or the user may not see it. Check both names.`,
  variable_list: (f: { variable: string; count: number }) =>
    `A variable in a name stands for one value, but "${f.variable}" has ${f.count}. Choose one, or write the query as SQL.`,
});

/**
 * What was thrown, as the error of one target; never without a message. Positions that the server names in the statement are
 * counted without the comment that was put before it.
 */
export function targetError(refId: string, thrown: unknown, comment = ''): DataQueryError {
  const message = comment === '' ? messageOf(thrown) : positioned(messageOf(thrown), comment);
  return { refId, message, data: { message } };
}

/** @example positioned('failed at position 14 (x) (line 2, col 3)', '/* a *\/') // 'failed at position 6 (x) (line 1, col 3)' */
function positioned(message: string, comment: string): string {
  // The comment stands on a line of its own; the server counts bytes.
  const bytes = new TextEncoder().encode(comment).length + 1;
  return message
    .replace(/\bat position (\d+)/g, (all, at: string) =>
      Number(at) > bytes ? `at position ${Number(at) - bytes}` : all,
    )
    .replace(/\(line (\d+), col/g, (all, line: string) => (Number(line) > 1 ? `(line ${Number(line) - 1}, col` : all));
}

/** Whether it is the end of a query that nobody waits for any more. */
export function isCancelled(thrown: unknown): boolean {
  return thrown instanceof TidemarkError && thrown.code === 'cancelled';
}
