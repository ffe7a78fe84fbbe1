/** Round numbers for an axis: about `count` of them, covering `[min, max]`. Throws nothing; a flat range is widened by one. */
export function niceTicks(min: number, max: number, count: number): readonly number[] {
  const low = min;
  const high = max > min ? max : min + 1;
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  // Multiples of the step, so that 0.1 + 0.2 does not show.
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}
