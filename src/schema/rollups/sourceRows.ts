import { qualified } from '../../core/sql/quote';
import { bucketOfMinute } from './buckets';
import { column, overSource, present } from './columns';
import type { SourceContext } from './context';
import type { Places } from './installed';
import { ledgerTable } from './ledger';

/** Conditions on the source's rows that a rollup counts, apart from time and place. */
export function counts({ source }: SourceContext, rollup: Places): readonly string[] {
  return [
    `NOT ${column(source, 'deleted')}`,
    present(source, ['time', ...rollup.keys.map((k) => k.from)]),
    ...(rollup.where ? [`(${overSource(source, rollup.where)})`] : []),
  ];
}

/**
 * The source's rows, one version per id: FINAL where the engine collapses, else the newest version of each id.
 * @param scope condition that keeps all versions of every id that matters.
 */
export function versions({ source }: SourceContext, scope: string): string {
  const table = qualified(source.table);
  if (source.collapses) return `${table} FINAL`;
  if (source.columns['id'] === undefined) return table;
  const id = column(source, 'id');
  const newest = source.columns['version'] ?? column(source, 'ingestedAt');
  return `(SELECT * FROM ${table} WHERE ${scope} ORDER BY ${newest} DESC LIMIT 1 BY ${id})`;
}

/** Scope of {@link versions} in class *moving*: ids that the ledger ever placed in one of the rollup's buckets (a subquery). */
export function everIn(context: SourceContext, rollup: Places, buckets: string): string {
  const id = column(context.source, 'id');
  const bucket = bucketOfMinute(context.source, 'm', rollup);
  return `${id} IN (SELECT id FROM ${ledgerTable(context)} WHERE ${bucket} IN (${buckets}))`;
}
