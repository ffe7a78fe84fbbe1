import type { Plain } from '../native/column';

/** The rows of a time series in order of time, and the place in the frame that each goes to. */
export interface Points {
  /** Row numbers of the answer, in order of time. */
  readonly rows: Uint32Array;
  /** Index into `times` of each of `rows`. */
  readonly slots: Uint32Array;
  /** Times of the frame, in ms, ascending. */
  readonly times: number[];
  /** Nanoseconds below the millisecond of each of `times`, where the column has them. */
  readonly nanos?: number[];
  /** Rows left out because their time is null. */
  readonly withoutTime: number;
}

/**
 * Orders rows by time. Rows of the same time keep their order; with `share` they go to one place of the frame,
 * otherwise each row has its own.
 */
export function pointsOf(ms: readonly Plain[], nanos: readonly number[] | undefined, share: boolean): Points {
  const rows = sortedRows(ms, nanos);
  const slots = new Uint32Array(rows.length);
  const times = new Array<number>(rows.length);
  const fractions = nanos && new Array<number>(rows.length);
  let count = 0;
  for (let k = 0; k < rows.length; k++) {
    const row = rows[k]!;
    const before = rows[k - 1];
    const same = share && before !== undefined && ms[before] === ms[row] && nanos?.[before] === nanos?.[row];
    if (!same) {
      times[count] = ms[row] as number;
      if (fractions) fractions[count] = nanos[row]!;
      count++;
    }
    slots[k] = count - 1;
  }
  times.length = count;
  if (fractions) fractions.length = count;
  return { rows, slots, times, withoutTime: ms.length - rows.length, ...(fractions && { nanos: fractions }) };
}

function sortedRows(ms: readonly Plain[], nanos: readonly number[] | undefined): Uint32Array {
  const rows = new Uint32Array(ms.length);
  let count = 0;
  let sorted = true;
  for (let i = 0; i < ms.length; i++) {
    if (ms[i] === null) continue;
    rows[count] = i;
    if (sorted && count > 0 && compare(ms, nanos, rows[count - 1]!, i) > 0) sorted = false;
    count++;
  }
  const found = rows.subarray(0, count);
  return sorted ? found : found.sort((a, b) => compare(ms, nanos, a, b) || a - b);
}

function compare(ms: readonly Plain[], nanos: readonly number[] | undefined, a: number, b: number): number {
  return (ms[a] as number) - (ms[b] as number) || (nanos ? nanos[a]! - nanos[b]! : 0);
}
