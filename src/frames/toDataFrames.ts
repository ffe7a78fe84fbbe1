import type { DataFrame, DataFrameType, QueryResultMeta } from '@grafana/data';
import type { Notice } from '../core/notice';
import type { Block } from '../native/decoder';
import { gather } from './gather';
import type { Gathered } from './gather';
import { tableFields } from './table';
import { timeSeriesFields } from './timeSeries';

/** How the rows of an answer become frames. */
export type FrameFormat = 'table' | 'timeseries';

export interface FrameOptions {
  readonly refId: string;
  readonly format: FrameFormat;
  /** Zone in which calendar days (Date columns) begin: an IANA name, or Grafana's `utc` and `browser`. @default 'utc' */
  readonly timezone?: string;
  /** Most series that a time series answer is split into; the rest is left out with a notice. @default 1000 */
  readonly maxSeries?: number;
  /** Added to the frame's meta: executed query, statistics. */
  readonly meta?: QueryResultMeta;
}

export interface Frames {
  readonly frames: DataFrame[];
  /** What the user must be told; the caller puts it where it is seen. */
  readonly notices: Notice[];
}

/**
 * Makes one frame of an answer's blocks. Never throws. Every call makes new frames, fields and arrays, so two
 * subscribers never share one.
 *
 * - `table`: every column in its order; numbers beyond 2^53 as text with a notice, nested values as JSON text.
 * - `timeseries`: the first time column, sorted; string columns become labels, numbers and booleans values, one field
 *   per value column and label set, `null` where a series has no point. Without a value column, strings are values.
 *   Without a time column the frame is numeric.
 *
 * Time zones that columns name are in `meta.custom.timeZones`, by column name.
 */
export function toDataFrames(blocks: readonly Block[], options: FrameOptions): Frames {
  const notices: Notice[] = [];
  const columns = gather(blocks);
  const zone = zoneName(options.timezone);
  const series = options.format === 'timeseries' && columns.some(({ shape }) => shape.kind === 'time');
  const fields = series
    ? timeSeriesFields(columns, { zone, maxSeries: options.maxSeries ?? 1000, notices })
    : tableFields(columns, { zone, notices });
  const frame: DataFrame = {
    refId: options.refId,
    fields,
    length: fields[0]?.values.length ?? 0,
    meta: { ...typeMeta(options.format, series, columns), ...zoneMeta(columns), ...options.meta },
  };
  return { frames: [frame], notices };
}

/** What Grafana's data plane contract calls such a frame. */
function typeMeta(format: FrameFormat, series: boolean, columns: readonly Gathered[]): QueryResultMeta {
  if (format === 'table') return { preferredVisualisationType: 'table' };
  const wide = columns.every(({ shape, length }) => shape.kind === 'number' && length <= 1);
  const type = series ? 'timeseries-wide' : wide ? 'numeric-wide' : 'numeric-long';
  return {
    type: type satisfies `${DataFrameType}` as DataFrameType,
    typeVersion: [0, 1],
    preferredVisualisationType: series ? 'graph' : 'table',
  };
}

function zoneMeta(columns: readonly Gathered[]): QueryResultMeta {
  const zones = columns.flatMap(({ name, shape }) =>
    shape.kind === 'time' && shape.zone !== undefined ? [[name, shape.zone] as const] : [],
  );
  return zones.length > 0 ? { custom: { timeZones: Object.fromEntries(zones) } } : {};
}

function zoneName(timezone: string | undefined): string {
  if (!timezone || timezone.toLowerCase() === 'utc') return 'UTC';
  return timezone === 'browser' ? new Intl.DateTimeFormat().resolvedOptions().timeZone : timezone;
}
