import { pauseMs, sourcePauses } from './backoff';
import type { Clock } from './clock';
import { fail, failureOf } from './errors';
import type { Failure } from './errors';
import type { Collected, Source, World } from './source';

/** How one look went. */
export interface Outcome {
  readonly source: Source;
  /** When it began, in ms since 1970. */
  readonly at: number;
  readonly durationMs: number;
  /** `backoff`: none was made, because it failed before. */
  readonly state: 'ok' | 'failed' | 'backoff';
  /** Absent only where all is well. */
  readonly failure?: Failure;
  /** Absent where nothing was brought. */
  readonly collected?: Collected;
  /** Failed looks one after the other, this one included. */
  readonly failures: number;
  /** When the next look is due, in ms since 1970. */
  readonly nextAt: number;
}

/** What a runner needs of the world. */
export interface RunnerWorld {
  readonly clock: Clock;
  readonly world: World;
  /** From 0 up to 1. */
  readonly random: () => number;
}

/** A source that is being looked at. */
export interface Running {
  /** Ends it: gives up the look that is under way, closes the source. Never throws. */
  stop(): Promise<void>;
}

/** Looks that were given up and have not come back: beyond these nothing more is started. */
const mostOutstanding = 3;

/**
 * Looks once, at most for the source's timeout. Never throws: what goes wrong is the outcome's failure. A look that does not heed
 * its signal is left behind; `outstanding` counts those.
 */
export async function look(
  source: Source,
  { clock, world }: RunnerWorld,
  stop: AbortSignal,
  outstanding = { looks: 0 },
): Promise<Pick<Outcome, 'at' | 'durationMs' | 'state' | 'failure' | 'collected'>> {
  const at = clock.now();
  const failed = (thrown: unknown) => ({
    at,
    durationMs: clock.now() - at,
    state: 'failed' as const,
    failure: failureOf(thrown),
  });
  if (outstanding.looks >= mostOutstanding)
    return failed(fail('look_stuck', { source: source.name, looks: outstanding.looks }));
  const { timeoutMs } = source;
  const control = new AbortController();
  const given = new Promise<never>((_, reject) => {
    control.signal.addEventListener('abort', () =>
      reject(fail('look_timed_out', { source: source.name, seconds: timeoutMs / 1000 })),
    );
  });
  const cancel = clock.after(timeoutMs, () => control.abort());
  const end = () => control.abort();
  stop.addEventListener('abort', end);
  if (stop.aborted) end();
  outstanding.looks += 1;
  const looked = Promise.resolve()
    .then(() => source.collect({ ...world, signal: control.signal }))
    .finally(() => {
      outstanding.looks -= 1;
    });
  try {
    const collected = await Promise.race([looked, given]);
    return { at, durationMs: clock.now() - at, state: 'ok', collected };
  } catch (thrown) {
    return failed(thrown);
  } finally {
    cancel();
    stop.removeEventListener('abort', end);
    // Whichever of the two comes too late has nobody who listens.
    looked.catch(() => undefined);
    given.catch(() => undefined);
  }
}

/**
 * Looks at a source again and again and reports each outcome. After a failure it pauses longer and longer (`backoff.ts`), and says
 * so once an interval. `delayMs` before the first look.
 */
export function runSource(source: Source, deps: RunnerWorld, report: (outcome: Outcome) => void, delayMs = 0): Running {
  const { clock, random } = deps;
  const stopping = new AbortController();
  const outstanding = { looks: 0 };
  let failures = 0;
  let last: Failure | undefined;
  let retryAt = 0;
  let cancel = clock.after(delayMs, tick);
  let under: Promise<void> | undefined;

  function tick() {
    under = step().finally(() => {
      under = undefined;
    });
  }

  async function step() {
    const now = clock.now();
    if (now < retryAt && last) {
      report({ source, at: now, durationMs: 0, state: 'backoff', failure: last, failures, nextAt: retryAt });
    } else {
      const outcome = await look(source, deps, stopping.signal, outstanding);
      if (stopping.signal.aborted) return;
      last = outcome.failure;
      failures = last ? failures + 1 : 0;
      const { intervalMs } = source;
      const after = clock.now();
      retryAt = last
        ? after + pauseMs(failures, sourcePauses(intervalMs), random())
        : Math.max(after, outcome.at + intervalMs);
      report({ source, ...outcome, failures, nextAt: retryAt });
    }
    cancel = clock.after(Math.max(0, Math.min(retryAt - clock.now(), source.intervalMs)), tick);
  }

  return {
    async stop() {
      stopping.abort();
      cancel();
      await under;
      await source.close?.();
    },
  };
}
