import { literal } from '../../core/sql/quote';
import type { Installation } from '../installation';
import type { Span } from '../rollups/context';
import { tableOf } from '../rollups/context';
import { calmSeconds } from './pace';

/** Greatest proven watermark of a step, as SQL; 1970 before its first proven run. `of` is SQL of what is asked of the marks `hi` instead. */
export const proven = (installation: Installation, step: string, of = 'max(hi)'): string =>
  `(SELECT ${of} FROM ${tableOf(installation, 'done')} WHERE view = ${literal(step)})`;

/** Steps whose watermarks bound one that follows them; `tick` is the newest watermark itself. */
export interface Watched {
  readonly upstream: string;
  readonly beside?: string;
}

/** Watermark (SQL) up to which all is written that a step reads. */
export function upperBound(installation: Installation, { upstream, beside }: Watched): string {
  if (upstream === 'tick') return `(SELECT max(hi) FROM ${tableOf(installation, 'tick')})`;
  const bound = proven(installation, upstream);
  return beside === undefined ? bound : `least(${bound}, ${proven(installation, beside)})`;
}

/**
 * The watermark interval as the views take it: from progress tables, so that it survives every restart. While the server's
 * clock stands behind the mark (it was set back), the interval begins at the clock: rows that arrive now carry its stamps.
 */
export function provenSpan(installation: Installation, step: Watched & { readonly name: string }): Span {
  const { delaySeconds, overlapSeconds } = installation;
  // Rows of the last two runs may have come before the watermark was found to be ahead.
  const back = delaySeconds + 2 * Math.max(60, calmSeconds(installation));
  const begin = `if(max(hi) > now64(3), now64(3) - toIntervalSecond(${back}), max(hi)) - toIntervalSecond(${overlapSeconds})`;
  return {
    // One subquery, so that the plan has a constant: the same worked out of several is planned anew wherever it is named.
    lo: proven(installation, step.name, begin),
    hi: upperBound(installation, step),
  };
}
