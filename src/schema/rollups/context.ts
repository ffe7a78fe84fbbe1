import { ident, qualified } from '../../core/sql/quote';
import type { Installation, Source } from '../installation';
import { bucketOfRow } from './buckets';
import { capped } from './capped';
import { column, keySql, keyType } from './columns';
import type { Places } from './installed';

/** The watermark interval of one refresh, as SQL of type DateTime64(3): rows stamped in (lo, hi] are its work. */
export interface Span {
  readonly lo: string;
  readonly hi: string;
}

/** What the refresh statements of one source share. */
export interface SourceContext {
  readonly installation: Installation;
  readonly source: Source;
  /** Logical columns in the source's placements ledger, beside id and minute: the union of the keys of its rollups. */
  readonly placeColumns: readonly string[];
}

/** A table of the installation, quoted. */
export const tableOf = (installation: Installation, name: string): string =>
  qualified(`${installation.database}.${name}`);

/** A rollup's keys with aliases that no column of a source is called. */
export function keysOf(context: SourceContext, rollup: Places) {
  const { source } = context;
  return rollup.keys.map((key, i) => {
    const isCapped = key.top !== undefined && source.capped.includes(key.from);
    const value = (sql: string, instant: string) => (isCapped ? capped(context, key.from, sql, instant) : sql);
    return {
      alias: `tm_k${i}`,
      name: ident(key.column),
      type: keyType(source, key),
      /** Over a source's row. */
      sql: value(keySql(source, key), column(source, 'time')),
      /** Over a row of the placements ledger, whose column is given. */
      ofLedger: (ledgerColumn: string) => value(keySql(source, key, ledgerColumn), 'm'),
      logical: key.from,
    };
  });
}

/** SQL of the place (bucket, keys…) of a source's row. */
export const placeOfRow = (context: SourceContext, rollup: Places): readonly string[] => [
  bucketOfRow(context.source, rollup),
  ...keysOf(context, rollup).map((k) => k.sql),
];
