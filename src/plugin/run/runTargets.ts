import { LoadingState } from '@grafana/data';
import type { DataFrame, DataQueryError, DataQueryResponse } from '@grafana/data';
import { Observable } from 'rxjs';

/** What one target came to: frames, or the frames that there were and an error. */
export interface TargetResult {
  readonly frames: readonly DataFrame[];
  readonly error?: DataQueryError;
}

/**
 * One target on its way; must end soon after `signal` aborts, and never rejects. `onPart` shows what has come so far; its
 * frames are the caller's from then on.
 */
export type TargetRun = (signal: AbortSignal, onPart: (frames: readonly DataFrame[]) => void) => Promise<TargetResult>;

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
      const known = results.filter((result) => result !== undefined);
      const errors = known.flatMap(({ error }) => (error ? [error] : []));
      subscriber.next({
        // Grafana writes into frames, fields and (where it connects gaps) values: every emission gets its own.
        data: known.flatMap(({ frames }) => frames.map((frame) => fresh(frame, open > 0))),
        state: open > 0 ? LoadingState.Loading : errors.length > 0 ? LoadingState.Error : LoadingState.Done,
        ...(errors.length > 0 && { errors }),
      });
      if (open === 0) subscriber.complete();
    };
    const show = (index: number, result: TargetResult, ended: boolean) => {
      if (abort.signal.aborted) return;
      results[index] = result;
      if (ended) open -= 1;
      emit();
    };
    if (open === 0) emit();
    runs.forEach((run, index) => {
      void run(abort.signal, (frames) => show(index, { frames }, false)).then((result) => show(index, result, true));
    });
    return () => abort.abort();
  });
}

/** A frame of its own; with values of its own where they are shown again. */
function fresh(frame: DataFrame, again: boolean): DataFrame {
  const fields = frame.fields.map(({ state: _state, ...field }) => ({
    ...field,
    config: { ...field.config },
    values: again ? field.values.slice() : field.values,
  }));
  return { ...frame, fields };
}
