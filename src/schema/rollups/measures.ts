import { ident } from '../../core/sql/quote';
import type { RollupMeasure } from '../../packs/types';
import type { Source } from '../installation';
import { column, overSource } from './columns';

/**
 * How one measure goes through the statements that keep a rollup. These unite two kinds of rows: with tm_c = 1 what there is
 * now, with tm_c = 0 what was (or is only touched), and aggregate them per place.
 */
export interface MeasureSql {
  /** Column of the rollup, quoted. */
  readonly name: string;
  /** `SQL AS alias` of a source's row. */
  readonly ofRow: string;
  /** `SQL AS alias` of a row of the tier below. */
  readonly ofBelow: string;
  /** `SQL AS alias` that adds nothing, of the type of {@link ofRow} and of {@link ofBelow}. */
  readonly nothing: string;
  readonly nothingBelow: string;
  /** `SQL AS alias` of what the rollup itself holds, beside {@link ofRow}; compared by {@link differs}. */
  readonly held: string;
  /** The place's value, aggregated from rows with tm_c = 1. */
  readonly value: string;
  /** The same where there are no rows but those of now. */
  readonly valueAlone: string;
  readonly valueFromBelow: string;
  /** Whether the value now differs from the one that is held. */
  readonly differs: string;
}

/** Moment and id of a row as one value that orders the rows of a place: its last one has the greatest. */
const orderAlias = 'tm_o';

/** SQL of {@link orderAlias} over a source's row, and the same type with the least value. */
export function rowOrder(source: Source): { readonly ofRow: string; readonly nothing: string } {
  const id = source.columns['id'];
  const time = `toUnixTimestamp64Micro(toDateTime64(${column(source, 'time')}, 6))`;
  return {
    ofRow: `(${[time, ...(id ? [column(source, 'id')] : [])].join(', ')}) AS ${orderAlias}`,
    nothing: `(${['toInt64(0)', ...(id ? [`defaultValueOfTypeName('${typeText(source)}')`] : [])].join(', ')}) AS ${orderAlias}`,
  };
}

const typeText = (source: Source) => (source.types['id'] ?? 'String').replace(/\\/g, '\\\\').replace(/'/g, "\\'");

/** Puts a combinator behind the name of an aggregate function that may have parameters. */
const combine = (fn: string, combinator: string): string => {
  const bracket = fn.indexOf('(');
  return bracket < 0 ? `${fn}${combinator}` : `${fn.slice(0, bracket)}${combinator}${fn.slice(bracket)}`;
};

/** Whether a statement over these measures needs {@link rowOrder}. */
export const needsOrder = (measures: readonly RollupMeasure[]): boolean =>
  measures.some((m) => m.class === 'semi-additive');

/** SQL of a rollup's measures. Aliases begin with `tm_`, as no column of a source does: an alias hides a column of its name. */
export function measureSql(source: Source, measures: readonly RollupMeasure[]): readonly MeasureSql[] {
  return measures.map((m, i) => one(m, overSource(source, m.row), i));
}

function one(measure: RollupMeasure, row: string, i: number): MeasureSql {
  const name = ident(measure.column);
  const v = `tm_v${i}`;
  const shared = { name, ofRow: `${row} AS ${v}`, ofBelow: `${name} AS ${v}` };
  const cast = (sql: string) => `CAST(${sql} AS ${measure.type})`;
  switch (measure.class) {
    case 'additive': {
      const zero = measure.type.startsWith('Decimal') ? 'toDecimal64(0, 4)' : '0';
      const sum = `sumIf(${v}, tm_c = 1)`;
      return {
        ...shared,
        nothing: `${zero} AS ${v}`,
        nothingBelow: `${zero} AS ${v}`,
        held: `${name} AS ${v}`,
        value: cast(sum),
        valueAlone: cast(`sum(${v})`),
        valueFromBelow: cast(sum),
        differs: `${sum} != sumIf(${v}, tm_c = 0)`,
      };
    }
    case 'semi-additive': {
      const zero = `defaultValueOfTypeName('${measure.type}') AS ${v}`;
      const last = `argMaxIf(${v}, ${orderAlias}, tm_c = 1)`;
      return {
        ...shared,
        ofRow: `${cast(row)} AS ${v}`,
        nothing: zero,
        nothingBelow: zero,
        held: `${name} AS ${v}`,
        value: cast(last),
        valueAlone: cast(`argMax(${v}, ${orderAlias})`),
        // Only kept per day and from the source: a tier below would have to keep the order too.
        valueFromBelow: cast(last),
        differs: `${last} != anyIf(${v}, tm_c = 0)`,
      };
    }
    case 'state-additive': {
      const fn = measure.state ?? '';
      const empty = `arrayReduce('${combine(fn, 'State')}', CAST([] AS Array(Float64)))`;
      const held = `tm_h${i}`;
      return {
        ...shared,
        ofRow: `${row} AS ${v}, CAST([] AS Array(Float64)) AS ${held}`,
        nothing: `toFloat64(0) AS ${v}, CAST([] AS Array(Float64)) AS ${held}`,
        nothingBelow: `${empty} AS ${v}`,
        held: `toFloat64(0) AS ${v}, finalizeAggregation(${name}) AS ${held}`,
        value: `${combine(fn, 'StateIf')}(${v}, tm_c = 1)`,
        valueAlone: `${combine(fn, 'State')}(${v})`,
        valueFromBelow: `${combine(fn, 'MergeStateIf')}(${v}, tm_c = 1)`,
        differs: `${combine(fn, 'If')}(${v}, tm_c = 1) != anyIf(${held}, tm_c = 0)`,
      };
    }
  }
}
