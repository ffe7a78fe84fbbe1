import { ident } from '../../core/sql/quote';
import type { Installation } from '../installation';
import type { Span } from './context';
import { tableOf } from './context';
import type { Finished } from './installed';
import { healedSince, writtenIn } from './written';

/**
 * The first day of each user (or user and event: the keys) from a rollup of places: rows (d, keys…, run, del) of those whose first
 * day is another than the table knows, `del = 1` with the former day where a key has no place left. Places that were added can
 * only move a first day back: only keys that lost one are looked up in the whole history.
 */
export function firstDaysSelect(installation: Installation, rollup: Finished, span: Span, target: string): string {
  const places = tableOf(installation, rollup.from);
  const own = tableOf(installation, target);
  const keys = rollup.keys.map((k) => ident(k.column)).join(', ');
  const only = rollup.only === '' ? '' : ` AND ${rollup.only}`;
  const healed = healedSince(installation, rollup.role, 'tm_lo');
  const lost = `(${keys}) IN (SELECT ${keys} FROM tm_written WHERE lost)`;
  return `WITH ${span.lo} AS tm_lo, ${span.hi} AS tm_hi,
  tm_written AS (
    SELECT ${keys}, minIf(d, del = 0) AS earliest, max(del) AS lost
    FROM ${places} WHERE ${writtenIn({ lo: 'tm_lo', hi: 'tm_hi' }, healed)}${only} GROUP BY ${keys})
SELECT d, ${keys}, tm_hi AS run, del
FROM (
  SELECT ${keys}, earliest AS d, toUInt8(0) AS del
  FROM tm_written ANY LEFT JOIN (
    SELECT ${keys}, d AS held FROM ${own} FINAL WHERE (${keys}) IN (SELECT ${keys} FROM tm_written)
  ) AS known USING (${keys})
  WHERE NOT lost AND (held = toDate(0) OR earliest < held)
  UNION ALL
  SELECT ${keys}, if(max(has), minIf(day, has), max(day)) AS d, toUInt8(NOT max(has)) AS del
  FROM (
    SELECT ${keys}, d AS day, true AS has FROM ${places} FINAL WHERE ${lost}${only}
    UNION ALL
    SELECT ${keys}, d AS day, false AS has FROM ${own} FINAL WHERE ${lost}
  )
  GROUP BY ${keys}
)
WHERE d > toDate(0)`;
}
