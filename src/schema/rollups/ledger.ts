import { qualified } from '../../core/sql/quote';
import type { Source } from '../installation';
import { column, minuteSql, present } from './columns';
import type { SourceContext, Span } from './context';
import { tableOf } from './context';
import type { Places } from './installed';

/** Name of a source's placements ledger, without database. */
export const ledgerName = (source: Pick<Source, 'role'>): string => `places_${source.role}`;

/** Column of the ledger that keeps a logical column. */
export const ledgerColumn = (logical: string): string => `k_${logical}`;

/** Logical columns that a ledger for these rollups has to keep. */
export function placeColumns(rollups: readonly Places[]): readonly string[] {
  return [...new Set(rollups.flatMap((r) => r.keys.map((k) => k.from)))].sort();
}

/** The ledger's table, quoted. */
export const ledgerTable = ({ installation, source }: SourceContext): string =>
  tableOf(installation, ledgerName(source));

/**
 * Step 1 of class *moving*: writes down where every row version that arrived lies. Placements are only added, so a crash
 * between the steps loses nothing. No FINAL and no upper bound: a version may be counted only after its place is known. No
 * DISTINCT either, which would hold the whole first filling in memory: merges drop what is written twice.
 * @param scope condition on the source's rows; those that arrived in the span where it is absent.
 */
export function ledgerSelect({ source, placeColumns: places }: SourceContext, span: Span, scope?: string): string {
  const list = (of: (logical: string, name: string) => string) =>
    places.map((l) => `, ${of(l, ledgerColumn(l))}`).join('');
  return [
    `SELECT tm_id AS id, tm_m AS m${list((_, name) => `tm_${name} AS ${name}`)}`,
    'FROM (',
    `  SELECT ${column(source, 'id')} AS tm_id, ${minuteSql(source)} AS tm_m${list((l, name) => `${column(source, l)} AS tm_${name}`)}`,
    `  FROM ${qualified(source.table)}`,
    `  WHERE ${scope ?? `${column(source, 'ingestedAt')} > ${span.lo}`} AND NOT ${column(source, 'deleted')}`,
    `    AND ${present(source, ['time', ...places])}`,
    ')',
  ].join('\n');
}

/**
 * Which row versions may be counted. In the classes whose places never move, all that are visible: a place counted early is
 * touched again by its own row later. In class *moving* only those whose place the ledger knows: stamped up to hi (the
 * ledger is proven that far), or newer and written down already (so that a row under constant update never drops out).
 */
export function countable(context: SourceContext, hi: string): readonly string[] {
  const { source, placeColumns: places } = context;
  if (source.sourceClass !== 'moving') return [];
  const id = column(source, 'id');
  const stamp = column(source, 'ingestedAt');
  const fresh = `SELECT ${id} FROM ${qualified(source.table)} WHERE ${stamp} > ${hi}`;
  const place = [id, minuteSql(source), ...places.map((logical) => column(source, logical))].join(', ');
  const known = `SELECT ${['id', 'm', ...places.map(ledgerColumn)].join(', ')} FROM ${ledgerTable(context)} WHERE id IN (${fresh})`;
  return [`(${stamp} <= ${hi} OR (${place}) IN (${known}))`];
}
