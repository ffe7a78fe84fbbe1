import type { Span } from './context';

/** Seconds within which a heal, whose rows carry the watermark of an earlier refresh, is looked at again. */
const healSeconds = 120;

/** Condition on a table of places: rows that a refresh wrote in the span, or a recount of late. */
export const writtenIn = ({ lo, hi }: Span): string =>
  `(run > ${lo} AND run <= ${hi} OR swept_at > ${lo} - toIntervalSecond(${healSeconds}))`;
