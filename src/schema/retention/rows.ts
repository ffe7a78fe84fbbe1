import type { MarkedRelation, RetentionRelation } from '../../core/retention';
import { firstDayOf, indexOf, retentionRows, rollingMargin } from '../../core/retention';
import type { Installation } from '../installation';
import { proven } from '../refresh/progress';
import type { Span } from '../rollups/context';
import { tableOf } from '../rollups/context';
import type { Finished } from '../rollups/installed';
import { healedSince, writtenIn } from '../rollups/written';
import type { RetentionRollup } from './relations';
import { markedRelations, ofRetention, plainTable } from './relations';

/** Number of an interval that no day lies in. */
const never = 1_000_000;

/**
 * Finished rows of a saved retention (d, cohort, grp, gap, users, run), as `core/retention/rows.ts` defines them: all intervals from the
 * first to the last that something written can have changed. What was written in interval i changes the returns of i and,
 * by the gaps and the cohort that begins there, those of the following `periods`; who gets another first start, has it in all
 * intervals from then on. What a row lost becomes 0: the table forgets no key.
 */
export function retentionRowsSelect(
  installation: Installation,
  finished: Finished,
  span: Span,
  target: string,
): string {
  const rollup = ofRetention(finished);
  const { retention: spec, from, firsts } = rollup;
  const { weekStart } = installation;
  const calendar = { interval: spec.interval, weekStart };
  const index = (day: string) => indexOf(day, calendar);
  const marked = markedRelations(installation, spec, from);
  const own = tableOf(installation, target);
  const isRolling = spec.windows === 'rolling';
  const healed = healedSince(installation, rollup.role, 'tm_lo');
  const touched = [...new Set([marked.start, marked.back])].map(
    (m) =>
      `SELECT ${index('d')} AS i FROM ${plainTable(m)} WHERE ${writtenIn({ lo: 'tm_lo', hi: 'tm_hi' }, healed)} AND (${m.condition})`,
  );
  const movedRows = firsts === undefined ? 'numbers(0)' : `${tableOf(installation, firsts)} WHERE run > tm_lo`;
  const movedDay = firsts === undefined ? 'toDate(0)' : 'd';
  const start = firsts === undefined ? marked.start : firstsOf(installation, rollup, marked.start);
  const margin = isRolling ? rollingMargin.before : 0;
  const active = (m: MarkedRelation) =>
    `SELECT ${m.relation.entity} FROM ${plainTable(m)} WHERE d >= ${firstDayOf(`tm_first - ${isRolling ? rollingMargin.after : 0}`, calendar)} AND d < ${firstDayOf(`tm_last + ${1 + margin}`, calendar)} AND (${m.condition})`;
  const narrowed = (m: MarkedRelation, relation: RetentionRelation): MarkedRelation => ({
    ...m,
    relation: {
      ...relation,
      where: [
        `${relation.entity} IN (${[marked.start, marked.back].map(active).filter(distinct).join(' UNION ALL ')})`,
      ],
    },
  });
  const back = narrowed(marked.back, marked.back.relation);
  const rows = retentionRows(spec, {
    start:
      start.relation === marked.back.relation ? { ...start, relation: back.relation } : narrowed(start, start.relation),
    back,
    weekStart,
    cohorts: { first: `tm_first - ${spec.periods}`, last: 'tm_last' },
    later: { first: 'tm_first', last: 'tm_last' },
  });
  return `WITH ${watermarks(installation, rollup, span, own)},
  (SELECT (count(), min(i), max(i)) FROM (${touched.filter(distinct).join(' UNION ALL ')})) AS tm_touched,
  (SELECT (count(), min(${index(movedDay)})) FROM ${movedRows}) AS tm_moved,
  least(if(tm_touched.1 = 0, ${never}, tm_touched.2 - ${margin}), if(tm_moved.1 = 0, ${never}, tm_moved.2)) AS tm_first,
  if(tm_moved.1 > 0, ${never}, if(tm_touched.1 = 0, 0, tm_touched.3 + ${spec.periods})) AS tm_last
SELECT d, cohort, grp, gap, sum(users) AS users, tm_hi AS run
FROM (
  ${rows.replace(/\n/g, '\n  ')}
  UNION ALL
  SELECT d, cohort, toString(grp) AS grp, gap, toUInt64(0) AS users FROM ${own} FINAL
  WHERE d >= ${firstDayOf('tm_first', calendar)} AND d <= ${firstDayOf('tm_last', calendar)}
)
GROUP BY d, cohort, grp, gap`;
}

const distinct = (sql: string, at: number, all: readonly string[]): boolean => all.indexOf(sql) === at;

/** The first starts as relation of starts: one row per entity. */
function firstsOf(installation: Installation, rollup: RetentionRollup, start: MarkedRelation): MarkedRelation {
  const { breakdown } = rollup.retention;
  const from = `${tableOf(installation, rollup.firsts ?? '')} FINAL`;
  const isOwn = start.relation.at !== undefined;
  const relation: RetentionRelation = {
    from,
    entity: isOwn ? 'entity' : 'user',
    day: 'd',
    ...(isOwn && { at: 'at' }),
    dimensions: breakdown === undefined ? {} : { [breakdown]: 'grp' },
  };
  return { relation, condition: '1', firsts: true };
}

/**
 * `tm_lo` and `tm_hi`. Kept from two tables, it counts up to where both are proven; what one of them had not proven when this ran
 * last is told by the newest row of its own.
 */
function watermarks(
  installation: Installation,
  { beside, firsts, from }: RetentionRollup,
  { lo, hi }: Span,
  own: string,
): string {
  // First starts are kept from `beside`: then `from` is the table whose mark is not in the span.
  const other = beside === undefined ? undefined : firsts === undefined ? beside : from;
  if (other === undefined) return `${lo} AS tm_lo, ${hi} AS tm_hi`;
  return `least(${lo}, ifNull((SELECT max(run) FROM ${own}), toDateTime64(0, 3))) AS tm_lo, least(${hi}, ${proven(installation, other)}) AS tm_hi`;
}
