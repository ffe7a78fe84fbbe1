/** A stream of random numbers that is the same for the same seed. */
export interface Random {
  /** The next number in [0, 1). */
  next(): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** A whole number in [least, most]. */
  between(least: number, most: number): number;
  /** A number of the standard normal distribution. */
  normal(): number;
  /** An index, chosen with a chance in proportion to its weight. */
  weighted(weights: readonly number[]): number;
}

/**
 * Makes a stream from whole numbers, such as (seed, user, day): each user's day has its own, so that what happened on a
 * day does not depend on when, or in which order, it is generated.
 */
export function randomOf(...seeds: readonly number[]): Random {
  let state = seeds.reduce((hash, seed) => mix(hash ^ mix(seed + 0x9e3779b9)), 0x1234567);
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    return mix(state) / 2 ** 32;
  };
  return {
    next,
    chance: (probability) => next() < probability,
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    weighted(weights) {
      let rest = next() * weights.reduce((sum, weight) => sum + weight, 0);
      const chosen = weights.findIndex((weight) => (rest -= weight) < 0);
      return chosen < 0 ? weights.length - 1 : chosen;
    },
  };
}

/** Scrambles 32 bits; unsigned. */
function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
