import type { WeekStart } from '../model';
import { ident } from '../sql/quote';
import { firstDayOf, indexOf, windowSeconds } from './calendar';
import { checkRetention } from './check';
import { fail } from './errors';
import type { MarkedRelation } from './relation';
import { dimensionOf } from './relation';
import type { RetentionSpec } from './spec';

/** What a retention is counted from. */
export interface RetentionInput {
  readonly start: MarkedRelation;
  /** With the very relation of {@link start} where one serves both: it is then read once. */
  readonly back: MarkedRelation;
  readonly weekStart: WeekStart;
  /** First and last cohort, as SQL of interval numbers (`indexOf`). */
  readonly cohorts: { readonly first: string; readonly last: string };
  /** First and last interval that rows speak of (`d`), as SQL of their numbers; all when absent. */
  readonly later?: { readonly first: string; readonly last: string };
  /** Columns of both relations by whose values everything is counted apart: histories side by side in one table. */
  readonly keys?: readonly string[];
}

/**
 * A return in calendar interval i lies in the rolling window of a number from i - `before` to i + `after`, counted from its cohort: a
 * window begins anywhere in an interval, and where clocks change a day has 23 or 25 hours.
 */
export const rollingMargin = { before: 2, after: 1 } as const;

/**
 * Statement of the rows that every number of a retention adds up from: (keys…, d Date, cohort Date, grp String, gap UInt16, users
 * UInt64). `cohort` and `d` are first days of intervals. A row says how many entities of the cohort came in the interval k
 * intervals after it (`d` = cohort + k), having come `gap` intervals before that for the last time, the start itself being k = 0
 * and the only row with gap 0. So the entities on k are the sum over the rows at cohort + k, and those on or after k, each
 * counted at its first return from k on, the sum over rows from cohort + k on whose gap reaches back before it.
 *
 * Copies of a row and the order of arrival make no difference. Throws as {@link checkRetention}; retention_needs_moments,
 * retention_no_dimension.
 */
export function retentionRows(spec: RetentionSpec, input: RetentionInput): string {
  const { interval, periods } = checkRetention(spec);
  const calendar = { interval, weekStart: input.weekStart };
  const keys = (input.keys ?? []).map(ident);
  const listed = keys.map((k) => `${k}, `).join('');
  const isRolling = spec.windows === 'rolling';
  const isTimed = needsMoments(spec);
  const [cohort, anchor, grp] = isTimed
    ? ['tm_start.1', isRolling ? 'tm_start.2' : 'tm_start.1', 'tm_start.3']
    : ['tm_start', 'tm_start', "''"];
  const after = isRolling
    ? `intDiv(tm_b - ${anchor}, ${windowSeconds[interval === 'week' ? 'week' : 'day'] * 1000})`
    : `tm_b - ${anchor}`;
  const returns = `arrayFilter(tm_k -> tm_k BETWEEN 1 AND ${periods}, arrayMap(tm_b -> toInt32(${after}), tm_backs))`;
  const ks = `arrayPushFront(arrayCompact(${returns}), toInt32(0)) AS tm_ks`;
  const all = `arrayZip(${ks}, arrayDifference(tm_ks))`;
  const cells = input.later
    ? `arrayFilter(tm_x -> ${cohort} + tm_x.1 >= ${input.later.first} AND ${cohort} + tm_x.1 <= ${input.later.last}, ${all})`
    : all;
  const group = spec.breakdown === undefined ? '' : ', tm_grp';
  return [
    `SELECT ${listed}${firstDayOf('tm_c + tm_cell.1', calendar)} AS d, ${firstDayOf('tm_c', calendar)} AS cohort, ${group ? 'tm_grp' : "''"} AS grp, toUInt16(tm_cell.2) AS gap, count() AS users`,
    'FROM (',
    `  SELECT ${listed}${cohort} AS tm_c, ${grp} AS tm_grp, arrayJoin(${cells}) AS tm_cell`,
    `  FROM (${perEntity(spec, input)})`,
    '  ARRAY JOIN tm_starts AS tm_start',
    `  WHERE tm_c >= ${input.cohorts.first} AND tm_c <= ${input.cohorts.last}`,
    ')',
    `GROUP BY ${listed}tm_c${group}, tm_cell.1, tm_cell.2`,
  ].join('\n');
}

/** Whether the moments of the starts matter: for windows from there on, or for the breakdown's value at the first of them. */
const needsMoments = ({ windows, breakdown }: RetentionSpec): boolean =>
  windows === 'rolling' || breakdown !== undefined;

/** Per entity: `tm_starts`, numbers of intervals or (number, ms, group) of the first start in each; `tm_backs`, ascending. */
function perEntity(spec: RetentionSpec, input: RetentionInput): string {
  const listed = (input.keys ?? []).map((k) => `${ident(k)}, `).join('');
  const isFirst = spec.mode === 'first-time';
  const starts = needsMoments(spec)
    ? isFirst
      ? '[minIf((tm_i, tm_at, tm_grp), tm_start)]'
      : firstOfEach('arraySort(groupUniqArrayIf((tm_i, tm_at, tm_grp), tm_start))')
    : isFirst
      ? '[minIf(tm_i, tm_start)]'
      : 'groupUniqArrayIf(tm_i, tm_start)';
  const backs = `arraySort(groupUniqArrayIf(${spec.windows === 'rolling' ? 'tm_at' : 'tm_i'}, tm_back))`;
  return [
    `SELECT ${listed}${starts} AS tm_starts, ${backs} AS tm_backs`,
    `  FROM (${markedRows(spec, input)})`,
    `  GROUP BY ${listed}tm_entity HAVING max(tm_start)`,
  ].join('\n');
}

/** Of sorted tuples, the first with each first element. */
const firstOfEach = (sorted: string) =>
  `arrayMap(tm_x -> tm_x.1, arrayFilter(tm_x -> tm_x.2 = 1, arrayZip(${sorted} AS tm_sorted, arrayEnumerateUniq(tm_sorted.1))))`;

/** Rows (keys…, tm_entity, tm_i, tm_at, tm_grp, tm_start, tm_back) of the relations, within the days that matter. */
function markedRows(spec: RetentionSpec, input: RetentionInput): string {
  const { start, back, cohorts, weekStart } = input;
  const calendar = { interval: spec.interval, weekStart };
  const margin = spec.windows === 'rolling' ? rollingMargin.before : 0;
  const from = (day: string) => `${day} >= ${firstDayOf(cohorts.first, calendar)}`;
  const upTo = (day: string, more: number) => `${day} < ${firstDayOf(`${cohorts.last} + ${more}`, calendar)}`;
  // The first start ever is looked for in the whole history, never in the range alone.
  const hasHistory = spec.mode === 'first-time' && !start.firsts;
  const startDays = ({ day }: MarkedRelation['relation']) => [...(hasHistory ? [] : [from(day)]), upTo(day, 1)];
  const backDays = ({ day }: MarkedRelation['relation']) => [from(day), upTo(day, spec.periods + 1 + margin)];
  const both = (conditions: readonly string[]) => conditions.filter((c) => c !== '1').join(' AND ') || '1';
  const isStart = both([start.condition, ...startDays(start.relation)]);
  const isBack = both([back.condition, ...backDays(back.relation)]);
  if (start.relation === back.relation) {
    const days = [
      ...(hasHistory ? [] : [from(start.relation.day)]),
      upTo(start.relation.day, spec.periods + 1 + margin),
    ];
    const either =
      start.condition === '1' || back.condition === '1' ? [] : [`(${start.condition} OR ${back.condition})`];
    return branch(spec, input, start, isStart, isBack, [...days, ...either]);
  }
  return [branch(spec, input, start, '1', '0', [isStart]), branch(spec, input, back, '0', '1', [isBack])].join(
    '\n  UNION ALL\n  ',
  );
}

function branch(
  spec: RetentionSpec,
  { keys = [], weekStart }: RetentionInput,
  { relation }: MarkedRelation,
  isStart: string,
  isBack: string,
  where: readonly string[],
): string {
  const { name: retention, breakdown, by } = spec;
  const isTimed = needsMoments(spec);
  if (relation.at === undefined && (spec.windows === 'rolling' || (breakdown !== undefined && isStart !== '0')))
    throw fail('retention_needs_moments', {
      retention,
      what: breakdown === undefined ? 'a rolling window' : 'a breakdown by the value at the start',
    });
  const grp = breakdown === undefined || isStart === '0' ? "''" : dimensionOf(relation, breakdown, retention);
  const at = relation.at === undefined ? 'toInt64(0)' : `toUnixTimestamp64Milli(${relation.at})`;
  const columns = [
    ...keys.map(ident),
    `${relation.entity} AS tm_entity`,
    `${indexOf(relation.day, { interval: spec.interval, weekStart })} AS tm_i`,
    ...(isTimed ? [`${at} AS tm_at`, `toString(${grp}) AS tm_grp`] : []),
    `toUInt8(${isStart}) AS tm_start`,
    `toUInt8(${isBack}) AS tm_back`,
  ];
  // A row without the dimension that is followed is nobody's.
  const conditions = [...(relation.where ?? []), ...where, ...(by === 'user' ? [] : [`${relation.entity} != ''`])];
  return `SELECT ${columns.join(', ')} FROM ${relation.from} WHERE ${conditions.filter((c) => c !== '1').join(' AND ') || '1'}`;
}
