import { dateTime, LoadingState } from '@grafana/data';
import type { DataFrame, DataQueryResponse, Field, TimeRange } from '@grafana/data';
import { Observable } from 'rxjs';
import { pause } from '../../clickhouse/pause';
import type { TargetResult } from './runTargets';

/** One target that is asked again and again for what is new. */
export interface LiveTarget {
  readonly refId: string;
  /** Never rejects. */
  poll(range: TimeRange, signal: AbortSignal): Promise<TargetResult>;
}

/** Rows kept of a target: what Explore shows of a live stream. */
const keptRows = 1_000;
const everyMs = 1_000;
/** How far the first question reaches back, at most. */
const firstMs = 5 * 60_000;
/** Each question reaches back behind the one before: rows become visible a little later than their time. */
const overlapMs = 10_000;
const slowestMs = 30_000;

/**
 * Follows targets by small questions for what is new, each a second after the answer before: a source without a backend has no
 * other channel. Each emission holds the newest thousand rows under the target's key; rows seen already (equal in all columns)
 * are left out. An error is shown, and the next question waits longer. Ends by being unsubscribed.
 */
export function runLive(targets: readonly LiveTarget[], range: TimeRange): Observable<DataQueryResponse> {
  return new Observable((subscriber) => {
    const abort = new AbortController();
    for (const target of targets) void follow(target, range, abort.signal, (response) => subscriber.next(response));
    return () => abort.abort();
  });
}

async function follow(
  target: LiveTarget,
  range: TimeRange,
  signal: AbortSignal,
  emit: (response: DataQueryResponse) => void,
): Promise<void> {
  const tail = createTail();
  const key = `live-${target.refId}`;
  const reachMs = Math.min(firstMs, Math.max(overlapMs, range.to.valueOf() - range.from.valueOf()));
  let fromMs = Date.now() - reachMs;
  let waitMs = everyMs;
  while (!signal.aborted) {
    const toMs = Date.now();
    const { frames, error } = await target.poll(rangeOf(fromMs, toMs), signal);
    if (signal.aborted) return;
    const [frame] = frames;
    const grown = !error && frame ? tail.add(frame) : 0;
    if (error) waitMs = Math.min(slowestMs, waitMs * 2);
    else [fromMs, waitMs] = [toMs - overlapMs, everyMs];
    if (grown > 0 || error) {
      const data = tail.frame();
      emit({ key, data: data ? [data] : [], state: LoadingState.Streaming, ...(error && { errors: [error] }) });
    }
    await pause(waitMs, signal);
  }
}

function rangeOf(fromMs: number, toMs: number): TimeRange {
  const [from, to] = [dateTime(fromMs), dateTime(toMs)];
  return { from, to, raw: { from, to } };
}

/** The newest rows of frames with the same fields. */
function createTail() {
  let first: DataFrame | undefined;
  let rows: { readonly key: string; readonly values: unknown[]; readonly nanos: (number | undefined)[] }[] = [];

  return {
    /** Adds the rows that are new; returns how many. */
    add(frame: DataFrame): number {
      first ??= frame;
      const known = new Set(rows.map(({ key }) => key));
      const added = Array.from({ length: frame.length }, (_, row) => {
        const values = frame.fields.map((field): unknown => field.values[row]);
        const nanos = frame.fields.map((field) => field.nanos?.[row]);
        return { key: JSON.stringify([values, nanos]), values, nanos };
      }).filter(({ key }) => !known.has(key));
      const time = frame.fields.findIndex(({ type }) => type === 'time');
      const at = (row: { readonly values: unknown[] }) => (time < 0 ? 0 : Number(row.values[time]));
      rows = [...rows, ...added].sort((a, b) => at(a) - at(b)).slice(-keptRows);
      return added.length;
    },
    /** All rows in a frame of their own; undefined before the first. */
    frame(): DataFrame | undefined {
      if (!first) return undefined;
      const fields = first.fields.map((field, i): Field => {
        const { name, type, config } = field;
        const values = rows.map((row) => row.values[i]);
        const nanos = field.nanos && rows.map((row) => row.nanos[i] ?? 0);
        return { name, type, config: { ...config }, values, ...(nanos && { nanos }) };
      });
      return { ...first, fields, length: rows.length };
    },
  };
}
