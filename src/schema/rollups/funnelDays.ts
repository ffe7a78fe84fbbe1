import { stepTimesSql } from '../../core/funnel/counts';
import { funnelDimensions, funnelEvents } from '../../core/funnel/picks';
import type { FunnelSpec } from '../../core/funnel/spec';
import { ident, literal } from '../../core/sql/quote';
import type { Installation } from '../installation';
import { isDate } from './columns';
import type { Span } from './context';
import { tableOf } from './context';
import type { Finished } from './installed';
import { healedSince, writtenIn } from './written';

/** Days after the day of entry on which a way may still go on: one more, for clocks that change. */
const windowDays = ({ windowMs }: FunnelSpec): number => Math.ceil(windowMs / 86_400_000) + 1;

function funnelOf(rollup: Finished): FunnelSpec {
  if (!rollup.funnel) throw new Error(`${rollup.name} is kept from a funnel, which it lacks.`);
  return rollup.funnel;
}

/**
 * Steps of a saved funnel by time, from step rows: rows (d, grp, step, bucket, entries, open, run) of every day of entry that may have
 * changed. A step row of day x changes entries of x and of the window before it. Days with a window that was open are counted again,
 * for windows end by themselves. What a day lost becomes 0: the table forgets no key.
 */
export function funnelTimesSelect(installation: Installation, rollup: Finished, span: Span, target: string): string {
  const funnel = funnelOf(rollup);
  const steps = tableOf(installation, rollup.from);
  const own = tableOf(installation, target);
  const after = windowDays(funnel);
  const source = installation.sources[rollup.role];
  const timezone = source && isDate(source) ? 'UTC' : rollup.timezone;
  const events =
    funnel.order === 'strict'
      ? ''
      : ` AND event IN (${funnelEvents(funnel)
          .map((e) => literal(e))
          .join(', ')})`;
  const written = `SELECT DISTINCT d FROM ${steps} WHERE ${writtenIn({ lo: 'tm_lo', hi: 'tm_hi' }, healedSince(installation, rollup.role, 'tm_lo'))}${events}`;
  const entity = funnel.by === 'user' ? 'user' : ident(funnel.by);
  const dimensions = funnelDimensions(funnel)
    .filter((d) => d !== funnel.by)
    .map((d) => ident(d));
  const followed = funnel.by === 'user' ? '' : ` AND ${entity} != ''`;
  const rows = `SELECT ${[`${entity} AS tm_entity`, 'at AS tm_at', 'event', ...dimensions].join(', ')} FROM ${steps} FINAL WHERE d IN (SELECT arrayJoin(tm_read))${events}${followed}`;
  const counted = stepTimesSql(funnel, {
    rows,
    timezone,
    from: 'tm_first',
    to: 'tm_last',
    now: 'tm_hi',
    per: 'day',
  });
  // Date plus days beyond its end would wrap round.
  const reach = (days: string, back: number, on: number) =>
    `arrayDistinct(arrayFlatten(arrayMap(x -> range(toUInt32(greatest(x - ${back}, 0)), toUInt32(least(x + ${on}, 65535) + 1)), ${days})))`;
  return `WITH ${span.lo} AS tm_lo, ${span.hi} AS tm_hi,
  (SELECT groupArray(toInt32(d)) FROM (${written})) AS tm_touched,
  (SELECT groupUniqArray(toInt32(d)) FROM ${own} FINAL WHERE open > 0) AS tm_open,
  arrayMap(x -> toDate(x), arrayDistinct(arrayConcat(${reach('tm_touched', after, 0)}, arrayMap(x -> toUInt32(x), tm_open)))) AS tm_days,
  arrayMap(x -> toDate(x), ${reach('arrayMap(x -> toInt32(x), tm_days)', 0, after)}) AS tm_read,
  arrayMin(tm_days) AS tm_first, arrayMax(tm_days) AS tm_last
SELECT d, grp, step, bucket, sum(entries_) AS entries, sum(open_) AS open, tm_hi AS run
FROM (
  SELECT d, grp, step, bucket, entries AS entries_, open AS open_ FROM (
${counted}
  ) WHERE d IN (SELECT arrayJoin(tm_days))
  UNION ALL
  SELECT d, grp, step, bucket, 0 AS entries_, 0 AS open_ FROM ${own} FINAL WHERE d IN (SELECT arrayJoin(tm_days))
)
GROUP BY d, grp, step, bucket`;
}

/**
 * Steps of a saved funnel per day, from its times: rows (d, grp, step, entries, open, entered, converted, run) of the days that were
 * written to, with a row for each step of each group, also where nobody came to it.
 */
export function funnelDaysSelect(installation: Installation, rollup: Finished, span: Span): string {
  const { steps } = funnelOf(rollup);
  const times = tableOf(installation, rollup.from);
  const written = `d IN (SELECT DISTINCT d FROM ${times} WHERE run > tm_lo AND run <= tm_hi)`;
  return `WITH ${span.lo} AS tm_lo, ${span.hi} AS tm_hi
SELECT d, grp, step, sum(entries_) AS entries, sum(open_) AS open, if(step = 1, entries, 0) AS entered, if(step = ${steps.length}, entries, 0) AS converted, tm_hi AS run
FROM (
  SELECT d, grp, step, entries AS entries_, open AS open_ FROM ${times} FINAL WHERE ${written}
  UNION ALL
  SELECT DISTINCT d, grp, toUInt8(arrayJoin(range(1, ${steps.length + 1}))) AS step, 0 AS entries_, 0 AS open_ FROM ${times} WHERE ${written}
)
GROUP BY d, grp, step`;
}
