import { Random as Generator } from '../law/random';

/** Numbers that look random and are the same in every run: a whole number from 0 up to `below` (exclusive). */
export type Random = (below: number) => number;

/** A generator of random numbers from a seed. */
export function randomFrom(seed: number): Random {
  const generator = new Generator(seed);
  return (below) => generator.below(below);
}

/** One of several. */
export const pick = <T>(random: Random, from: readonly T[]): T => from[random(from.length)]!;

/** `count` of something. */
export const several = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));
