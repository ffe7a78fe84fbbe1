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
export const randomOf = (...seeds: readonly number[]): Random => new Stream(seeds);

/** A class, since a demo has half a million streams: closures would be made anew for each. */
class Stream implements Random {
  private state = 0x1234567;

  constructor(seeds: readonly number[]) {
    for (const seed of seeds) this.state = mix(this.state ^ mix(seed + 0x9e3779b9));
  }

  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    return mix(this.state) / 2 ** 32;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }

  weighted(weights: readonly number[]): number {
    let rest = this.next() * weights.reduce((sum, weight) => sum + weight, 0);
    const chosen = weights.findIndex((weight) => (rest -= weight) < 0);
    return chosen < 0 ? weights.length - 1 : chosen;
  }
}

/** Scrambles 32 bits; unsigned. */
function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
