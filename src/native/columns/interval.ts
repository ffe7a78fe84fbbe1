import type { ColumnFamily } from '../column';
import { wideData } from '../wide';

/** Grafana unit ids of the kinds of interval; the longer ones have none of their own and show as plain text after the number. */
const units: Readonly<Record<string, string>> = {
  IntervalNanosecond: 'ns',
  IntervalMicrosecond: 'µs',
  IntervalMillisecond: 'ms',
  IntervalSecond: 's',
  IntervalMinute: 'm',
  IntervalHour: 'h',
  IntervalDay: 'd',
  IntervalWeek: 'suffix: weeks',
  IntervalMonth: 'suffix: months',
  IntervalQuarter: 'suffix: quarters',
  IntervalYear: 'suffix: years',
};

/** Interval…: how many of its kind, in Int64. */
export const interval: ColumnFamily = {
  types: Object.keys(units),
  build: (type) => ({
    shape: { kind: 'number', decimals: 0, unit: units[type.name]! },
    *read(cursor, rows) {
      const words = new Uint32Array((yield* cursor.bytes(rows * 8, 'values')).buffer);
      return wideData({ words, stride: 2, signed: true });
    },
  }),
};
