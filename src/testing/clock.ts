import type { Clock } from '../collector/clock';

/** A clock that stands still until it is told to go on. */
export interface TestClock extends Clock {
  /** Goes on by so many ms: runs what becomes due, in order, and lets promises settle after each. */
  go(ms: number): Promise<void>;
}

/** Starts at a moment, in ms since 1970. */
export function testClock(startMs = Date.UTC(2026, 2, 1)): TestClock {
  let now = startMs;
  let timers: { readonly at: number; readonly work: () => void }[] = [];
  // More turns than any chain of promises between two timers has.
  const settle = async () => {
    for (let i = 0; i < 50; i++) await Promise.resolve();
  };
  return {
    now: () => now,
    after(ms, work) {
      const timer = { at: now + ms, work };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    async go(ms) {
      const until = now + ms;
      await settle();
      for (;;) {
        const [next] = timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
        if (!next) break;
        timers = timers.filter((other) => other !== next);
        now = Math.max(now, next.at);
        next.work();
        await settle();
      }
      now = until;
    },
  };
}
