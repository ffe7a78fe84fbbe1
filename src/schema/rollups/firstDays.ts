import { ident } from '../../core/sql/quote';
import type { Installation } from '../installation';
import type { Span } from './context';
import { tableOf } from './context';
import type { Finished } from './installed';
import { healedSince, writtenIn } from './written';

/**
 * The first day of each user from a rollup of (d, user) places: rows (d, user, run, del) of the users whose first day is
 * another than the table knows, `del = 1` with the former day where a user has no place left. Places that were added can only
 * move a first day back: only users that lost one are looked up in the whole history.
 */
export function firstDaysSelect(installation: Installation, rollup: Finished, span: Span, target: string): string {
  const places = tableOf(installation, rollup.from);
  const own = tableOf(installation, target);
  const key = ident(rollup.keys[0]?.column ?? '');
  const healed = healedSince(installation, rollup.role, 'tm_lo');
  const lost = `${key} IN (SELECT ${key} FROM tm_written WHERE lost)`;
  return `WITH ${span.lo} AS tm_lo, ${span.hi} AS tm_hi,
  tm_written AS (
    SELECT ${key}, minIf(d, del = 0) AS earliest, max(del) AS lost
    FROM ${places} WHERE ${writtenIn({ lo: 'tm_lo', hi: 'tm_hi' }, healed)} GROUP BY ${key})
SELECT d, ${key}, tm_hi AS run, del
FROM (
  SELECT ${key}, earliest AS d, toUInt8(0) AS del
  FROM tm_written ANY LEFT JOIN (
    SELECT ${key}, d AS held FROM ${own} FINAL WHERE ${key} IN (SELECT ${key} FROM tm_written)
  ) AS known USING (${key})
  WHERE NOT lost AND (held = toDate(0) OR earliest < held)
  UNION ALL
  SELECT ${key}, if(max(has), minIf(day, has), max(day)) AS d, toUInt8(NOT max(has)) AS del
  FROM (
    SELECT ${key}, d AS day, true AS has FROM ${places} FINAL WHERE ${lost}
    UNION ALL
    SELECT ${key}, d AS day, false AS has FROM ${own} FINAL WHERE ${lost}
  )
  GROUP BY ${key}
)
WHERE d > toDate(0)`;
}
