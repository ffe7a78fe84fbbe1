import { unmarked } from './statements';
import type { MarkedStatement } from './statements';

/** A text as it is given to the program, and what it has to become. */
export interface Pair {
  readonly given: string;
  readonly expected: string;
}

/** Makes of the expression of a place, both forms of it, what stands there. */
export type FillPlace = (inside: Pair) => Pair;

/**
 * Fills the places `⟦…⟧` of a marked statement from the inside out. Marks `⟨…⟩` are taken off.
 * @example fillPlaces('SELECT ⟦a⟧', () => ({ given: '$__m', expected: 'x' })) // given: SELECT $__m, expected: SELECT x
 */
export function fillPlaces(marked: MarkedStatement, fill: FillPlace): Pair {
  const open: { given: string; expected: string }[] = [{ given: '', expected: '' }];
  for (const part of marked.split(/([⟦⟧])/)) {
    if (part === '⟦') open.push({ given: '', expected: '' });
    else {
      const filled = part === '⟧' ? fill(open.pop()!) : { given: unmarked(part), expected: unmarked(part) };
      open.at(-1)!.given += filled.given;
      open.at(-1)!.expected += filled.expected;
    }
  }
  return open[0]!;
}

/** Puts calls of statement macros in place of heads `⟨…⟩`; `call` says `undefined` for a head that stays. */
export function fillHeads(marked: MarkedStatement, call: () => string | undefined): string {
  return unmarked(marked.replace(/⟨[^⟨⟩]*⟩/g, (head) => call() ?? head));
}
