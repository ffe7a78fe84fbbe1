import { LoadingState } from '@grafana/data';
import type { DataFrame, DataQueryError, DataQueryResponse } from '@grafana/data';
import { Observable } from 'rxjs';

/** What one target came to: frames, or the frames that there were and an error. */
export interface TargetResult {
  readonly frames: readonly DataFrame[];
  readonly error?: DataQueryError;
}

/** One target on its way; must end soon after `signal` aborts, and never rejects. */
export type TargetRun = (signal: AbortSignal) => Promise<TargetResult>;

/**
 * Runs all targets side by side; each emission holds everything known so far, the last is `Done`. An error of one
 * target is in `errors` under its refId and leaves the others alone. Unsubscribing aborts what still runs.
 */
export function runTargets(runs: readonly TargetRun[]): Observable<DataQueryResponse> {
  return new Observable((subscriber) => {
    const abort = new AbortController();
    const results: Array<TargetResult | undefined> = runs.map(() => undefined);
    let open = runs.length;
    const emit = () => {
      const done = results.filter((result) => result !== undefined);
      const errors = done.flatMap(({ error }) => (error ? [error] : []));
      subscriber.next({
        // Grafana writes into frames and fields: every emission gets its own.
        data: done.flatMap(({ frames }) => frames.map(fresh)),
        state: open > 0 ? LoadingState.Loading : errors.length > 0 ? LoadingState.Error : LoadingState.Done,
        ...(errors.length > 0 && { errors }),
      });
      if (open === 0) subscriber.complete();
    };
    if (open === 0) emit();
    runs.forEach((run, index) => {
      void run(abort.signal).then((result) => {
        if (abort.signal.aborted) return;
        results[index] = result;
        open -= 1;
        emit();
      });
    });
    return () => abort.abort();
  });
}

function fresh(frame: DataFrame): DataFrame {
  return {
    ...frame,
    fields: frame.fields.map(({ state: _state, ...field }) => ({ ...field, config: { ...field.config } })),
  };
}
