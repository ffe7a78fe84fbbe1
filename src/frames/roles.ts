import type { Gathered } from './gather';

type Kind = Gathered['shape']['kind'];

/** A name as it is compared: `Span_ID`, `spanId` and `SpanID` are one. */
const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/**
 * The column that has one of the names, the first name that any has; case and punctuation do not count.
 * @param kinds only columns of these kinds, where given
 */
export function columnNamed(
  columns: readonly Gathered[],
  names: readonly string[],
  kinds?: readonly Kind[],
): Gathered | undefined {
  const fit = columns.filter(({ shape }) => !kinds || kinds.includes(shape.kind));
  for (const name of names) {
    const found = fit.find((column) => plain(column.name) === plain(name));
    if (found) return found;
  }
  return undefined;
}

/** The first column of a kind. */
export const firstOf = (columns: readonly Gathered[], kind: Kind): Gathered | undefined =>
  columns.find(({ shape }) => shape.kind === kind);
