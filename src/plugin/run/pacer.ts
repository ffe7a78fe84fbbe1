/** Draws what has come so far, but not too often. */
export interface Pacer {
  /** Something new has come; `rows` in all so far. */
  touch(rows: number): void;
  /** Nothing is drawn any more. */
  stop(): void;
}

/** A short answer ends within this time after its first block: drawing it once is enough. */
const firstMs = 25;
/** Whose first block is as long as this has more to come. */
const longRows = 10_000;
const restMs = 400;
/** A drawing that takes long is repeated more seldom: at most a fifth of the time goes into partial frames. */
const restPerDrawing = 4;

/**
 * Makes a pacer: the first drawing soon after the first touch, later ones at least 400 ms apart.
 * @param draw makes and shows frames; it must not throw
 */
export function createPacer(draw: () => void): Pacer {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let notBeforeMs = -Infinity;
  let stopped = false;

  const run = () => {
    timer = undefined;
    const startedMs = performance.now();
    draw();
    const endedMs = performance.now();
    notBeforeMs = endedMs + Math.max(restMs, restPerDrawing * (endedMs - startedMs));
  };
  return {
    touch(rows) {
      if (stopped || timer !== undefined) return;
      timer = setTimeout(run, Math.max(rows < longRows ? firstMs : 0, notBeforeMs - performance.now()));
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
