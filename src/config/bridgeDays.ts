import { dayMs, dayText } from '../core/metrics/calendar';

/** A day off as tidemark.yaml lists it. */
export interface Holiday {
  /** YYYY-MM-DD. */
  readonly day: string;
  readonly name: string;
}

const numberOf = (day: string): number => Date.parse(`${day}T00:00:00Z`) / dayMs;
/** Saturday or Sunday: 1 January 1970 was a Thursday. */
const isWeekend = (number: number): boolean => (number + 3) % 7 >= 5;

/**
 * Holidays, and the bridge days between them: the one working day between a holiday and a weekend or another holiday (the Friday after
 * Ascension Day), and the two between holidays with a weekend in between (from Christmas to New Year). Two days between a holiday and
 * an ordinary weekend are worked. Sorted by day; a bridge day is named after a holiday beside it.
 * @example [{ day: '2025-05-29', name: 'Ascension Day' }] → … { day: '2025-05-30', name: 'bridge day (Ascension Day)' }
 */
export function withBridgeDays(holidays: readonly Holiday[]): readonly Holiday[] {
  const listed = [...holidays]
    .sort((a, b) => (a.day < b.day ? -1 : 1))
    .map(({ day, name }) => [numberOf(day), name] as const);
  /** Days that are off for a holiday, bridge days included as they are found. */
  const festive = new Map<number, string>(listed);
  const isOff = (number: number) => isWeekend(number) || festive.has(number);
  /** Whether the days off from one on, in a direction, have a holiday among them. */
  const isFestive = (from: number, step: number): boolean => {
    for (let at = from; isOff(at); at += step) if (festive.has(at)) return true;
    return false;
  };
  for (const length of [1, 2]) {
    for (const [holiday, name] of [...festive].sort(([a], [b]) => a - b)) {
      for (const step of [1, -1]) {
        // From the holiday over the rest of its days off to the working days beside them.
        let at = holiday + step;
        while (isOff(at)) at += step;
        const run: number[] = [];
        for (; !isOff(at) && run.length <= length; at += step) run.push(at);
        const isBetween = length === 1 || isFestive(at, step);
        if (run.length === length && isBetween) for (const day of run) festive.set(day, name);
      }
    }
  }
  const names = new Map(listed);
  const bridges = [...festive].filter(([number]) => !names.has(number));
  const found = bridges.map(([number, name]) => ({ day: dayText(number), name: `bridge day (${name})` }));
  return [...holidays, ...found].sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));
}
