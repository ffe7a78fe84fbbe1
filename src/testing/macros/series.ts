import { Random } from '../law/random';

/** A row of the table that the tests of statement macros read. */
export interface Sample {
  /** Whole seconds since 1970 UTC. */
  readonly time: number;
  readonly key: string;
  readonly sub: string;
  /** A counter: it grows, and begins anew now and then. */
  readonly counter: number;
  /** A value that rises and falls, also below 0. */
  readonly gauge: number;
}

const first = Date.UTC(2024, 2, 5) / 1000;
/** Days of 2024 that hold the shifts of New York, St John's, Berlin, Santiago and Lord Howe. */
export const samplesFrom = first;
export const samplesTo = Date.UTC(2024, 3, 10) / 1000;

const series = [
  ['api', 'a1'],
  ['api', 'a2'],
  ['web', 'w1'],
  ["o'dd\\", 'x'],
  ['', 'w1'],
] as const;

/** Samples of five series at odd moments, with holes of hours and days in them. The same seed gives the same. */
export function samples(seed: number): readonly Sample[] {
  const random = new Random(seed);
  return series.flatMap(([key, sub]) => {
    const rows: Sample[] = [];
    let [counter, gauge] = [random.below(1000), 0];
    for (let time = first + random.below(7200); time < samplesTo;) {
      counter = random.chance(0.02) ? random.below(5) : counter + random.below(50);
      gauge += random.below(21) - 10;
      rows.push({ time, key, sub, counter, gauge });
      time += random.chance(0.01) ? random.below(200_000) : 60 + random.below(4500);
    }
    return rows;
  });
}
