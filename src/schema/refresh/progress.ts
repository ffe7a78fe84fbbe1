import { literal } from '../../core/sql/quote';
import type { Installation } from '../installation';
import type { Span } from '../rollups/context';
import { tableOf } from '../rollups/context';

/** Greatest proven watermark of a step, as SQL; 1970 before its first proven run. */
export const proven = (installation: Installation, step: string): string =>
  `(SELECT max(hi) FROM ${tableOf(installation, 'done')} WHERE view = ${literal(step)})`;

/**
 * The watermark interval as the views take it: from progress tables, so that it survives every restart. While the server's
 * clock stands behind the mark (it was set back), the interval begins at the clock: rows that arrive now carry its stamps.
 */
export function provenSpan(
  installation: Installation,
  step: { readonly name: string; readonly upstream: string },
): Span {
  const { delaySeconds, overlapSeconds } = installation;
  const mark = `least(${proven(installation, step.name)}, now64(3) - toIntervalSecond(${delaySeconds}))`;
  return {
    lo: `(${mark} - toIntervalSecond(${overlapSeconds}))`,
    hi:
      step.upstream === 'tick'
        ? `(SELECT max(hi) FROM ${tableOf(installation, 'tick')})`
        : proven(installation, step.upstream),
  };
}
