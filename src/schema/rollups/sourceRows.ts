import { qualified } from '../../core/sql/quote';
import { bucketOfMinute } from './buckets';
import { column, overSource, present } from './columns';
import type { Source } from '../installation';
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

/** A range of ids beside a condition on time: what FINAL has to merge where the table's key tells no time. */
export interface IdRange {
  /** `SQL AS alias` for the WITH clause. */
  readonly named: readonly string[];
  /** Conditions on the source's rows. */
  readonly where: readonly string[];
}

/**
 * Bounds of the ids that some rows have, in class *moving* of engines that collapse: their key is the id, so that a condition on
 * time would leave FINAL the whole table to merge. All versions of an id lie within the bounds or none does. Empty elsewhere.
 * @param id column of the id in those rows
 * @param rows `FROM … WHERE …`
 */
export function idsOf({ source }: SourceContext, id: string, rows: string): IdRange {
  if (!mergesById(source)) return { named: [], where: [] };
  const own = column(source, 'id');
  return {
    named: [`(SELECT (min(${id}), max(${id})) ${rows}) AS tm_ids`],
    where: [`${own} >= tm_ids.1 AND ${own} <= tm_ids.2`],
  };
}

/** Whether FINAL over a source merges by id alone, so that bounds of ids spare it most of the table. */
export const mergesById = ({ sourceClass, collapses }: Source): boolean => sourceClass === 'moving' && collapses;
