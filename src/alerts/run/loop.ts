import type { Evaluator } from './evaluator';

/** Time, handed in. */
export interface LoopClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after so long, or as soon as the signal is aborted. Never throws. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

const firstRetryMs = 1_000;

/**
 * Evaluates at every whole multiple of the interval until the signal is aborted; an evaluation that is under way comes to its end.
 * Where Alertmanager does not take what is said, it is told again after 1, 2, 4, … seconds, at the latest with the next evaluation.
 * The first evaluation is at once.
 */
export async function runLoop(
  evaluator: Evaluator,
  { intervalMs }: { readonly intervalMs: number },
  clock: LoopClock,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const nowMs = clock.now();
    await evaluator.evaluate(nowMs);
    const nextMs = (Math.floor(clock.now() / intervalMs) + 1) * intervalMs;
    let delivered = await evaluator.deliver(clock.now());
    for (let pauseMs = firstRetryMs; !delivered && clock.now() + pauseMs < nextMs && !signal.aborted; pauseMs *= 2) {
      await clock.wait(pauseMs, signal);
      if (!signal.aborted) delivered = await evaluator.deliver(clock.now());
    }
    if (delivered) await evaluator.watchDelivery();
    await clock.wait(Math.max(0, nextMs - clock.now()), signal);
  }
}
