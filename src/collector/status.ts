import type { HealthRow } from '../packs/health';
import { healthSource } from '../packs/pipeline/health/source';
import type { Bound } from './buffer';
import type { Outcome } from './runner';
import type { SinkState } from './sink';
import { instant, rowsOf } from './source';
import type { TableRows } from './source';

/** Failures in a row of each part of the sources, by source and part. */
export type PartFailures = Map<string, number>;

/** The rows of `health_source` that tell how a look went: the source as a whole first, then its parts. Counts parts' failures. */
export function statusRows(outcome: Outcome, parts: PartFailures): TableRows {
  const { source, state, failure, collected, durationMs, failures, nextAt } = outcome;
  const shared = {
    source: source.name,
    duration_ms: durationMs,
    every_s: source.intervalMs / 1000,
    next_at: instant(nextAt),
  };
  const whole: HealthRow<typeof healthSource> = {
    ...shared,
    part: '',
    state,
    code: failure?.code ?? '',
    message: failure?.message ?? '',
    written: (collected?.rows ?? []).reduce((sum, { rows }) => sum + rows.length, 0),
    failures,
  };
  const each = (collected?.parts ?? []).map((own): HealthRow<typeof healthSource> => {
    const key = `${source.name}\n${own.part}`;
    const count = own.failure ? (parts.get(key) ?? 0) + 1 : 0;
    parts.set(key, count);
    const { code = '', message = '' } = own.failure ?? own.note ?? {};
    return {
      ...shared,
      part: own.part,
      state: own.failure ? 'failed' : 'ok',
      code,
      message,
      written: 0,
      failures: count,
    };
  });
  return rowsOf(healthSource, [whole, ...each]);
}

/** Name of the writing itself in `health_source`. */
export const sinkName = 'sink';

/**
 * The rows that tell how the writing stands: as a whole, and each table that refuses its rows. They are written like all others, so
 * after an outage they tell of it.
 */
export function sinkRows(
  state: SinkState,
  before: SinkState | undefined,
  bound: Bound,
  everyMs: number,
  now: number,
): TableRows {
  const lost = state.dropped - (before?.dropped ?? 0);
  const failing = state.failing[0];
  const shared = {
    source: sinkName,
    duration_ms: 0,
    every_s: everyMs / 1000,
    next_at: instant(now + everyMs),
    failures: 0,
  };
  const message = [
    ...(lost > 0 ? [droppedSentence(state, lost, bound)] : []),
    ...(failing
      ? [`${state.rows} rows wait since ${instant(state.oldestMs ?? now)} UTC: ${failing.failure.message}`]
      : []),
  ].join(' ');
  return rowsOf(healthSource, [
    {
      ...shared,
      part: '',
      state: message === '' ? 'ok' : 'failed',
      code: lost > 0 ? 'rows_dropped' : (failing?.failure.code ?? ''),
      message,
      written: state.written - (before?.written ?? 0),
    },
    ...state.failing.map(({ table, failure }) => ({ ...shared, part: table, state: 'failed', ...failure, written: 0 })),
  ]);
}

function droppedSentence({ lastDropped }: SinkState, lost: number, { rows, bytes }: Bound): string {
  const until = lastDropped ? ` seen until ${instant(lastDropped.untilMs)} UTC` : '';
  return `${lost} rows${until} were dropped: ClickHouse took none, and collect.buffer keeps ${rows} rows or ${bytes / 1_000_000} MB.`;
}
