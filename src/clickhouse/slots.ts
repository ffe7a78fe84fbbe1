import { fail } from './errors';

/** Places for requests that run side by side. */
export interface Slots {
  /**
   * Waits for a place, first come first served; the function returned gives it back (once). Throws `cancelled` when `signal`
   * aborts before.
   */
  take(signal: AbortSignal): Promise<() => void>;
}

/**
 * Makes `count` places; it is asked again at each request. Browsers open six connections to a host over HTTP/1.1: one more
 * query than that would keep everything else of Grafana waiting, and the request that stops a query too.
 */
export function createSlots(count: () => number): Slots {
  const waiting: { readonly enter: () => void }[] = [];
  let taken = 0;

  const next = () => {
    while (waiting.length > 0 && taken < count()) {
      taken++;
      waiting.shift()!.enter();
    }
  };
  const release = () => {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      taken--;
      next();
    };
  };

  return {
    take: (signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(fail('cancelled', { queryId: '' }));
        const leave = () => {
          waiting.splice(waiting.indexOf(place), 1);
          reject(fail('cancelled', { queryId: '' }));
        };
        const place = {
          enter() {
            signal.removeEventListener('abort', leave);
            resolve(release());
          },
        };
        signal.addEventListener('abort', leave, { once: true });
        waiting.push(place);
        next();
      }),
  };
}
