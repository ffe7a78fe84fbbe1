import type { FetchResponse } from '@grafana/runtime';
import { Subscription } from 'rxjs';
import type { Observable } from 'rxjs';
import type { HttpAnswer } from '../clickhouse/transport';

type Piece = FetchResponse<Uint8Array | undefined>;

/**
 * Turns Grafana's chunked Observable into an answer whose body is read piece by piece. Resolves with the first piece,
 * which carries status and headers; rejects when there is none. Leaving the body early, or aborting, unsubscribes, which
 * ends the request. Pieces that come faster than they are read wait in memory: Grafana offers no back-pressure.
 */
export function streamOf(source: Observable<Piece>, signal?: AbortSignal): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const waiting: Uint8Array[] = [];
    let state: 'open' | 'done' | { readonly error: unknown } = 'open';
    let wake: (() => void) | undefined;
    let answered = false;
    // Made first, because a source may emit, fail or end while it is being subscribed to.
    const subscription = new Subscription();

    const stir = () => {
      wake?.();
      wake = undefined;
    };
    const close = () => {
      subscription.unsubscribe();
      signal?.removeEventListener('abort', abort);
    };
    const finish = (next: typeof state) => {
      if (state !== 'open') return;
      state = next;
      close();
      if (!answered) reject(next === 'done' ? new Error('no answer') : (next as { error: unknown }).error);
      stir();
    };
    const abort = () => finish({ error: new Error('aborted') });

    // Not an async generator: its `return` would run nothing before the first `next`, and the request would stay open.
    const chunks: AsyncIterableIterator<Uint8Array> = {
      [Symbol.asyncIterator]: () => chunks,
      async next() {
        for (;;) {
          const value = waiting.shift();
          if (value) return { done: false, value };
          if (state === 'done') return { done: true, value: undefined };
          if (state !== 'open') throw state.error;
          await new Promise<void>((woken) => (wake = woken));
        }
      },
      async return() {
        waiting.length = 0;
        finish('done');
        return { done: true, value: undefined };
      },
    };

    signal?.addEventListener('abort', abort);
    subscription.add(
      source.subscribe({
        next: (piece) => {
          if (piece.data && piece.data.length > 0) waiting.push(piece.data);
          if (!answered) {
            answered = true;
            resolve({ status: piece.status, header: (name) => piece.headers.get(name), chunks });
          }
          stir();
        },
        error: (error: unknown) => finish({ error }),
        complete: () => finish('done'),
      }),
    );
    if (signal?.aborted) abort();
  });
}
