import type { DataFrame, DataFrameType, Field, QueryResultMeta } from '@grafana/data';
import type { Notice } from '../core/notice';
import type { Block } from '../native/decoder';
import { gather } from './gather';
import type { Gathered } from './gather';
import type { ColumnHint } from './hints';
import { logFields } from './logs';
import { frameNotice } from './notices';
import { tableFields } from './table';
import { timeSeriesFields } from './timeSeries';
import { traceFields } from './trace';

/** How the rows of an answer become frames. */
export type FrameFormat = 'table' | 'timeseries' | 'logs' | 'trace';

export interface FrameOptions {
  readonly refId: string;
  readonly format: FrameFormat;
  /** Zone in which calendar days (Date columns) begin: an IANA name, or Grafana's `utc` and `browser`. @default 'utc' */
  readonly timezone?: string;
  /** Most series that a time series answer is split into; the rest is left out with a notice. @default 1000 */
  readonly maxSeries?: number;
  /** What is known of columns beyond their type, by name: see {@link hintOf}. */
  readonly hints?: ReadonlyMap<string, ColumnHint>;
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
 * - `logs`: {@link logFields}; `trace`: {@link traceFields}; a table with a notice where the columns for it are missing.
 *
 * Hints of column comments (unit, decimals, shown name) go into the fields' config. Time zones that columns name are in
 * `config.custom.timeZone` of their field.
 */
export function toDataFrames(blocks: readonly Block[], options: FrameOptions): Frames {
  const notices: Notice[] = [];
  const columns = gather(blocks, options.hints);
  const { fields, meta } = layouts[options.format](columns, options, notices);
  const frame: DataFrame = {
    refId: options.refId,
    fields,
    length: fields[0]?.values.length ?? 0,
    meta: { ...meta, ...options.meta },
  };
  return { frames: [frame], notices };
}

interface Layout {
  readonly fields: Field[];
  readonly meta: QueryResultMeta;
}

type MakeLayout = (columns: readonly Gathered[], options: FrameOptions, notices: Notice[]) => Layout;

const layouts: Readonly<Record<FrameFormat, MakeLayout>> = { table, timeseries, logs, trace };

function table(columns: readonly Gathered[], { timezone }: FrameOptions, notices: Notice[]): Layout {
  return {
    fields: tableFields(columns, { zone: zoneName(timezone), notices }),
    meta: { preferredVisualisationType: 'table' },
  };
}

function timeseries(columns: readonly Gathered[], options: FrameOptions, notices: Notice[]): Layout {
  const zone = zoneName(options.timezone);
  if (columns.some(({ shape }) => shape.kind === 'time'))
    return {
      fields: timeSeriesFields(columns, { zone, maxSeries: options.maxSeries ?? 1000, notices }),
      meta: { ...contract('timeseries-wide'), preferredVisualisationType: 'graph' },
    };
  const wide = columns.every(({ shape, length }) => shape.kind === 'number' && length <= 1);
  return {
    fields: tableFields(columns, { zone, notices }),
    meta: { ...contract(wide ? 'numeric-wide' : 'numeric-long'), preferredVisualisationType: 'table' },
  };
}

function logs(columns: readonly Gathered[], options: FrameOptions, notices: Notice[]): Layout {
  const fields = logFields(columns, notices);
  if (fields)
    return {
      fields,
      meta: { ...contract('log-lines', [0, 0]), preferredVisualisationType: 'logs' },
    };
  if (columns.length > 0) notices.push(frameNotice('no_log_lines', { column: '' }));
  return table(columns, options, notices);
}

function trace(columns: readonly Gathered[], options: FrameOptions, notices: Notice[]): Layout {
  const { fields, missing } = traceFields(columns);
  if (fields) return { fields, meta: { preferredVisualisationType: 'trace' } };
  if (columns.length > 0) notices.push(frameNotice('no_spans', { column: missing.join(', ') }));
  return table(columns, options, notices);
}

/** What Grafana's data plane contract calls such a frame. */
function contract(type: `${DataFrameType}`, typeVersion: [number, number] = [0, 1]): QueryResultMeta {
  return { type: type as DataFrameType, typeVersion };
}

function zoneName(timezone: string | undefined): string {
  if (!timezone || timezone.toLowerCase() === 'utc') return 'UTC';
  return timezone === 'browser' ? new Intl.DateTimeFormat().resolvedOptions().timeZone : timezone;
}
