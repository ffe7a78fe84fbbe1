import { fail } from './errors';

/** Runs a question once for all who ask it while it runs. `Part` is what is heard on the way, `Result` what it comes to. */
export interface Share<Part, Result> {
  /**
   * Joins the run of this key, or starts it. Someone who joins late hears the latest part at once. An asker whose `signal`
   * aborts leaves with `cancelled`; the last one to leave ends the run. Throws what the run throws.
   */
  join(key: string, asker: Asker<Part>, start: Start<Part, Result>): Promise<Result>;
}

export interface Asker<Part> {
  readonly signal: AbortSignal;
  onPart?(part: Part): void;
}

type Start<Part, Result> = (signal: AbortSignal, onPart: (part: Part) => void) => Promise<Result>;

interface Running<Part, Result> {
  readonly askers: Set<Asker<Part>>;
  readonly stop: AbortController;
  readonly result: Promise<Result>;
  latest?: { readonly part: Part };
}

/** Makes a share without any run. Nothing is kept of a run that has ended: who asks later asks the server. */
export function createShare<Part, Result>(): Share<Part, Result> {
  const running = new Map<string, Running<Part, Result>>();

  const begin = (key: string, start: Start<Part, Result>): Running<Part, Result> => {
    const askers = new Set<Asker<Part>>();
    const stop = new AbortController();
    const onPart = (part: Part) => {
      run.latest = { part };
      for (const asker of askers) asker.onPart?.(part);
    };
    // Begun a moment later, so that `run` is there when the first part comes.
    const result = Promise.resolve()
      .then(() => start(stop.signal, onPart))
      .finally(() => forget(key, run));
    result.catch(() => undefined);
    const run: Running<Part, Result> = { askers, stop, result };
    running.set(key, run);
    return run;
  };

  const forget = (key: string, run: Running<Part, Result>) => {
    if (running.get(key) === run) running.delete(key);
  };

  return {
    join(key, asker, start) {
      return new Promise((resolve, reject) => {
        if (asker.signal.aborted) return reject(fail('cancelled', { queryId: '' }));
        const run = running.get(key) ?? begin(key, start);
        const leave = () => {
          run.askers.delete(asker);
          reject(fail('cancelled', { queryId: '' }));
          if (run.askers.size > 0) return;
          forget(key, run);
          run.stop.abort();
        };
        run.askers.add(asker);
        asker.signal.addEventListener('abort', leave, { once: true });
        const ended = () => asker.signal.removeEventListener('abort', leave);
        run.result.then(resolve, reject).finally(ended);
        if (run.latest) asker.onPart?.(run.latest.part);
      });
    },
  };
}
