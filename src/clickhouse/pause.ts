/** Waits so many ms; ends early when `signal` aborts. Never rejects: who must know looks at the signal. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
  });
}

/** Work without a turn for longer than this makes a page stutter. */
const longestWorkMs = 40;

/**
 * Makes a function that work in pieces calls after each piece: it lets timers, drawing and clicks have their turn after the
 * first piece, so that this can be drawn, and then as often as a page needs to stay alive.
 */
export function createTurns(): () => Promise<void> {
  let sinceMs = -Infinity;
  return async () => {
    if (performance.now() - sinceMs < longestWorkMs) return;
    await new Promise<void>((resolve) => setTimeout(resolve));
    sinceMs = performance.now();
  };
}
