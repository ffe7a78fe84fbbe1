import { ident, qualified } from '../../core/sql/quote';
import type { RollupMeasure } from '../../packs/types';
import type { Source } from '../installation';
import { bucketColumn, bucketOfRow } from '../rollups/buckets';
import { column, overSource } from '../rollups/columns';
import type { SourceContext } from '../rollups/context';
import { keysOf } from '../rollups/context';
import type { Places } from '../rollups/installed';
import { counts } from '../rollups/sourceRows';

/** Name of the insert-time view that keeps a table. */
export const feedName = (rollup: Pick<Places, 'name'>): string => `${rollup.name}_mv`;

/** Column that holds a measure: a *semi-additive* one is read through an alias of what it is the last value of. */
const stored = ({ column: name, class: kind }: RollupMeasure): string =>
  kind === 'semi-additive' ? `${name}_last` : name;

/** Columns of a table of mode *insert* that {@link feedSelect} returns, in order. */
export const feedColumns = (rollup: Places): readonly string[] => [
  bucketColumn(rollup),
  ...rollup.keys.map((k) => k.column),
  ...rollup.measures.map(stored),
  'run',
];

/** What the column of a measure is in a table whose rows add up by themselves: column lines of CREATE TABLE. */
export function measureLines(source: Source, measure: RollupMeasure): readonly string[] {
  const name = ident(measure.column);
  switch (measure.class) {
    case 'additive':
      return [`${name} SimpleAggregateFunction(sum, ${measure.type})`];
    case 'state-additive':
      return [`${name} ${measure.type}`];
    case 'semi-additive': {
      const id = source.columns['id'] === undefined ? '' : `, ${source.types['id'] ?? 'String'}`;
      const last = ident(stored(measure));
      return [
        `${last} SimpleAggregateFunction(max, Tuple(Tuple(Int64${id}), ${measure.type}))`,
        `${name} ${measure.type} ALIAS tupleElement(${last}, 2)`,
      ];
    }
  }
}

/**
 * What some rows of a source add to a table: rows (bucket, keys…, measures…, run), one per place. No row is told from
 * another: one that is delivered twice counts twice.
 * @param conditions on the source's rows, beside those that all rows of the rollup fulfil
 * @param run SQL of the rows' run; by default the newest stamp of each place, so that upper tables see it as they see a refresh
 */
export function feedSelect(
  context: SourceContext,
  rollup: Places,
  conditions: readonly string[] = [],
  run?: string,
): string {
  const { source } = context;
  const keys = keysOf(context, rollup);
  const values = rollup.measures.map((m, i) => valueOf(source, m, `tm_v${i}`));
  const inner = [
    `${bucketOfRow(source, rollup)} AS tm_b`,
    ...keys.map((k) => `${k.sql} AS ${k.alias}`),
    ...values.map((v) => v.ofRow),
    `${column(source, 'ingestedAt')} AS tm_stamp`,
  ];
  return [
    `SELECT ${[
      `tm_b AS ${bucketColumn(rollup)}`,
      ...keys.map((k) => `${k.alias} AS ${k.name}`),
      ...values.map((v) => `${v.ofPlace} AS ${v.name}`),
      `${run ?? 'toDateTime64(max(tm_stamp), 3)'} AS run`,
    ].join(', ')}`,
    `FROM (SELECT ${inner.join(', ')} FROM ${qualified(source.table)}`,
    `  WHERE ${[...conditions, ...counts(context, rollup)].join('\n  AND ')})`,
    `GROUP BY ${['tm_b', ...keys.map((k) => k.alias)].join(', ')}`,
  ].join('\n');
}

interface ValueSql {
  readonly name: string;
  /** `SQL AS alias` of a source's row. */
  readonly ofRow: string;
  /** SQL that aggregates it per place. */
  readonly ofPlace: string;
}

function valueOf(source: Source, measure: RollupMeasure, alias: string): ValueSql {
  const row = overSource(source, measure.row);
  const name = ident(stored(measure));
  switch (measure.class) {
    case 'additive':
      return { name, ofRow: `${row} AS ${alias}`, ofPlace: `CAST(sum(${alias}) AS ${measure.type})` };
    case 'state-additive': {
      const [fn = '', parameters = ''] = /^(\w+)(.*)$/.exec(measure.state ?? '')?.slice(1) ?? [];
      return { name, ofRow: `${row} AS ${alias}`, ofPlace: `${fn}State${parameters}(${alias})` };
    }
    case 'semi-additive': {
      const time = `toUnixTimestamp64Micro(toDateTime64(${column(source, 'time')}, 6))`;
      const order = source.columns['id'] === undefined ? `tuple(${time})` : `(${time}, ${column(source, 'id')})`;
      return { name, ofRow: `(${order}, CAST(${row} AS ${measure.type})) AS ${alias}`, ofPlace: `max(${alias})` };
    }
  }
}
