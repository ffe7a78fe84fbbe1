import { dimensionOf } from '../../core/retention';
import type { Installation } from '../installation';
import type { Span } from '../rollups/context';
import { tableOf } from '../rollups/context';
import type { Finished } from '../rollups/installed';
import { healedSince, writtenIn } from '../rollups/written';
import { markedRelations, ofRetention, plainTable } from './relations';

/**
 * The first start of each entity that a first-time retention follows, from step rows: rows (d, entity, at, grp, run, del) of
 * those whose first start is another than the table knows, `del = 1` where one has no start left. Of starts at the same moment
 * the least value of the breakdown counts. Starts that were added can only move the first one back: only entities that lost one are
 * looked up in the whole history.
 */
export function firstStartsSelect(installation: Installation, finished: Finished, span: Span, target: string): string {
  const { retention, from, role } = ofRetention(finished);
  const { start } = markedRelations(installation, retention, from);
  const { entity } = start.relation;
  const { breakdown, name } = retention;
  const grp = breakdown === undefined ? "''" : `toString(${dimensionOf(start.relation, breakdown, name)})`;
  const own = tableOf(installation, target);
  const moment = `(at, ${grp}, d)`;
  const counts = `(${start.condition})${retention.by === 'user' ? '' : ` AND ${entity} != ''`}`;
  const lost = 'SELECT tm_entity FROM tm_written WHERE tm_lost';
  const written = writtenIn({ lo: 'tm_lo', hi: 'tm_hi' }, healedSince(installation, role, 'tm_lo'));
  return `WITH ${span.lo} AS tm_lo, ${span.hi} AS tm_hi,
  tm_written AS (
    SELECT ${entity} AS tm_entity, minIf(${moment}, del = 0) AS tm_least, max(del) AS tm_lost
    FROM ${plainTable(start)} WHERE ${written} AND ${counts} GROUP BY tm_entity)
SELECT tm_first.3 AS d, tm_entity AS entity, tm_first.1 AS at, tm_first.2 AS grp, tm_hi AS run, tm_del AS del
FROM (
  SELECT tm_entity, tm_least AS tm_first, toUInt8(0) AS tm_del
  FROM tm_written ANY LEFT JOIN (
    SELECT entity AS tm_entity, (at, grp, d) AS tm_held, true AS tm_known FROM ${own} FINAL WHERE entity IN (SELECT tm_entity FROM tm_written)
  ) AS known USING (tm_entity)
  WHERE NOT tm_lost AND (NOT tm_known OR tm_least < tm_held)
  UNION ALL
  SELECT tm_entity, if(max(tm_has), minIf(tm_moment, tm_has), max(tm_moment)) AS tm_first, toUInt8(NOT max(tm_has)) AS tm_del
  FROM (
    SELECT ${entity} AS tm_entity, ${moment} AS tm_moment, true AS tm_has FROM ${start.relation.from} WHERE ${counts} AND ${entity} IN (${lost})
    UNION ALL
    SELECT entity AS tm_entity, (at, grp, d) AS tm_moment, false AS tm_has FROM ${own} FINAL WHERE entity IN (${lost})
  )
  GROUP BY tm_entity
)
WHERE tm_first.3 > toDate(0)`;
}
