import type { Field } from '@grafana/data';
import type { Notice } from '../core/notice';
import type { Plain } from '../native/column';
import { allExact, configOf, nanosOf, newField, plainValues } from './gather';
import type { Gathered } from './gather';
import { seriesOf } from './labels';
import type { Series } from './labels';
import { frameNotice } from './notices';
import { pointsOf } from './points';
import type { Points } from './points';

export interface TimeSeriesContext {
  /** Zone in which days begin. */
  readonly zone: string;
  readonly maxSeries: number;
  /** Notices are added here. */
  readonly notices: Notice[];
}

/**
 * Long → wide: one time field and one field per value column and label set. There must be a time column. Rows without
 * labels keep their number; rows with labels share a time where theirs is the same.
 */
export function timeSeriesFields(columns: readonly Gathered[], context: TimeSeriesContext): Field[] {
  const { notices, zone } = context;
  const time = columns.find(({ shape }) => shape.kind === 'time')!;
  const { values, labels } = roles(columns, time, notices);
  const ms = plainValues(time, zone);
  const nanos = nanosOf(time);
  const points = pointsOf(ms, nanos, labels.length > 0);
  if (points.withoutTime > 0) notices.push(frameNotice('null_time', { column: time.name, count: points.withoutTime }));

  const series = seriesOf(labels, points.rows, context.maxSeries, time.name, notices);
  const timeField = newField(time.name, 'time', configOf(time), points.times);
  const fields: Field[] = [points.nanos ? { ...timeField, nanos: points.nanos } : timeField];
  let repeated = 0;
  for (const column of values) {
    const spread = spreadValues(drawable(column, context), points, series);
    repeated = Math.max(repeated, spread.repeated);
    spread.values.forEach((fieldValues, i) =>
      fields.push(valueField(column, fieldValues, series[i], values.length > 1)),
    );
  }
  if (repeated > 0) notices.push(frameNotice('same_point_twice', { column: time.name, count: repeated }));
  return fields;
}

/** Which columns are values and which labels; what is neither is left out with a notice. */
function roles(columns: readonly Gathered[], time: Gathered, notices: Notice[]) {
  const ofKind = (...kinds: string[]) => columns.filter((column) => kinds.includes(column.shape.kind));
  const numeric = ofKind('number', 'boolean');
  const strings = ofKind('string');
  const [values, labels] = numeric.length > 0 ? [numeric, strings] : [strings, []];
  for (const column of ofKind('time', 'other'))
    if (column !== time) notices.push(frameNotice('column_left_out', { column: column.name }));
  return { values, labels };
}

/** Values as a chart takes them: rounded to doubles, NaN and infinities as gaps. */
function drawable(column: Gathered, { notices, zone }: TimeSeriesContext): Plain[] {
  const { name, shape } = column;
  if (shape.kind === 'number' && !allExact(column)) notices.push(frameNotice('rounded', { column: name }));
  const values = plainValues(column, zone);
  if (shape.kind !== 'number') return values;
  let infinite = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value !== 'number' || Number.isFinite(value)) continue;
    if (!Number.isNaN(value)) infinite++;
    values[i] = null;
  }
  if (infinite > 0) notices.push(frameNotice('infinite_left_out', { column: name, count: infinite }));
  return values;
}

/** The values of each series at each time; `null` where it has none, the last where it has several. */
function spreadValues(column: readonly Plain[], { rows, slots, times }: Points, series: readonly Series[]) {
  const values = series.map(() => new Array<Plain>(times.length).fill(null));
  let repeated = 0;
  series.forEach(({ members }, s) => {
    const target = values[s]!;
    let last = -1;
    for (const k of members) {
      const slot = slots[k]!;
      if (slot === last) repeated++;
      target[slot] = column[rows[k]!]!;
      last = slot;
    }
  });
  return { values, repeated };
}

function valueField(column: Gathered, values: Plain[], series: Series | undefined, several: boolean): Field {
  const { name, shape, hint } = column;
  const labels = series?.labels;
  const field = newField(name, shape.kind, configOf(column), values);
  if (!labels) return field;
  const displayNameFromDS = several ? `${hint?.name ?? name} ${series.name}` : series.name;
  return { ...field, labels, config: { ...field.config, displayNameFromDS } };
}
