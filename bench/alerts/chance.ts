/**
 * Chance that depends on nothing but a seed and what it is asked for, so that an incident changes its own minutes and no other.
 */
export interface Dice {
  /** Uniform in (0, 1). */
  next(): number;
  /** Standard normal. */
  normal(): number;
  poisson(mean: number): number;
  binomial(count: number, share: number): number;
}

/** 32 bits of what is named by a stream and an index. */
function hash(seed: number, stream: number, index: number): number {
  let h =
    Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^
    Math.imul(stream + 0x7f4a7c15, 0xc2b2ae35) ^
    Math.imul(index + 1, 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return (h ^ (h >>> 15)) >>> 0;
}

/** Dice of an index in a stream of numbers (mulberry32). */
export function dice(seed: number, stream: number, index: number): Dice {
  let state = hash(seed, stream, index);
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 4294967296;
  };
  const normal = () => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());
  const poisson = (mean: number): number => {
    if (mean <= 0) return 0;
    if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
    const least = Math.exp(-mean);
    let count = 0;
    for (let product = next(); product > least; product *= next()) count++;
    return count;
  };
  const binomial = (count: number, share: number): number => {
    const p = Math.min(1, Math.max(0, share));
    if (count <= 0 || p === 0) return 0;
    if (count <= 40) return Array.from({ length: count }, next).filter((u) => u < p).length;
    if (p > 0.5) return count - binomial(count, 1 - p);
    if (count * p < 30) return Math.min(count, poisson(count * p));
    return Math.min(count, Math.max(0, Math.round(count * p + Math.sqrt(count * p * (1 - p)) * normal())));
  };
  return { next, normal, poisson, binomial };
}

/** A normal number that changes slowly: one per step of the index, straight lines between. */
export function drift(seed: number, stream: number, at: number): number {
  const from = Math.floor(at);
  const share = at - from;
  return dice(seed, stream, from).normal() * (1 - share) + dice(seed, stream, from + 1).normal() * share;
}
