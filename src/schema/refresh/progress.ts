import { literal } from '../../core/sql/quote';
import type { Installation } from '../installation';
import type { Span } from '../rollups/context';
import { tableOf } from '../rollups/context';
import { calmSeconds } from './pace';

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
  const mark = proven(installation, step.name);
  // Rows of the last two runs may have come before the watermark was found to be ahead.
  const back = delaySeconds + 2 * Math.max(60, calmSeconds(installation));
  return {
    lo: `(if(${mark} > now64(3), now64(3) - toIntervalSecond(${back}), ${mark}) - toIntervalSecond(${overlapSeconds}))`,
    hi:
      step.upstream === 'tick'
        ? `(SELECT max(hi) FROM ${tableOf(installation, 'tick')})`
        : proven(installation, step.upstream),
  };
}
