import type { Notice } from '../notice';
import { ident, literal, qualified } from '../sql/quote';
import { rawNotice, toldBy } from './aggregate';
import { dayStart, localDay } from './calendar';
import type { LiveRollup } from './catalogue';
import { daySql, inPiece } from './conditions';
import { coverRange } from './cover';
import type { Cover } from './cover';
import { fail } from './errors';
import { rollupZone, unfit } from './fits';
import type { Gathered } from './gather';
import { gatherRows, watermarkNotice } from './gather';
import type { Given } from './given';
import { indent, intervalOnly, opennessOf, rawReason, united, withClause } from './given';
import { bucketSql } from './interval';
import type { Part, Plan } from './answer';
import type { Asked } from './question';
import { overRange, wholeDays } from './question';
import type { Reason } from './reasons';
import { reason } from './reasons';
import { rollupTime } from './rows';
import { touchedBuckets } from './touched';

type Windows = Readonly<Record<string, number>>;

/**
 * Numbers per day over windows of days that end with and include it (DAU, rolling WAU and MAU, their ratios). Always of
 * whole days, whatever part of a day the range begins or ends with, and none beyond today. From finished numbers where no
 * row beyond their watermark touches the window; else by interval edges over (day, entity) pairs, of a rollup or of the
 * raw rows: per entity, +1 where a coverage of N days begins, -1 where it ends, summed up over the days.
 */
export function planRolling(given: Given, windows: Windows): Plan {
  const { metric } = given.asked;
  const why = 'it is a number per day that cannot be added up or averaged into another interval.';
  intervalOnly(given.asked, ['day'], why);
  if (given.asked.topN !== undefined) {
    throw fail('top_not_for_metric', {
      metric: metric.name,
      why: 'its groups have no total over days to be ranked by.',
    });
  }
  const asked = wholeDays(given.asked, given.nowMs);
  const days = { ...given, asked };
  const longest = Math.max(...Object.values(windows));
  const [finished] = given.rollups.filter((r) => r.kind === 'finished' && !unfit(r, given.source, asked));
  const leadMs = dayStart(localDay(asked.fromMs, asked.timezone) - longest + 1, asked.timezone);
  const lead = overRange(asked, leadMs, asked.toMs);
  const cover = coverRange(lead, given.rollups, given.source);
  if (finished) return planFinished(days, windows, finished, lead, cover);

  const raw = rawReason({ ...given, asked: lead }, cover);
  const rows = gatherRows({ asked: lead, interval: { count: 1, unit: 'day' } }, cover, given.source);
  return finish(days, windows, {
    with: rows.with,
    values: [rollingRows(asked, windows, rows, '')],
    completeToMs: rows.completeToMs,
    told: toldBy(asked, cover),
    reasons: [...cover.reasons, ...raw],
    notices: [...rows.notices, ...rawNotice(cover, given.source)],
  });
}

/** Finished rows of the days that nothing touched since, the others anew from pairs. */
function planFinished(given: Given, windows: Windows, rollup: LiveRollup, lead: Asked, cover: Cover): Plan {
  const { asked, source } = given;
  const zone = rollupZone(rollup, source, asked);
  const longest = Math.max(...Object.values(windows));
  const columns = Object.keys(windows).map(ident);
  const table = qualified(rollup.table);
  const t = bucketSql(
    rollupTime(rollup, zone, asked),
    { count: 1, unit: 'day' },
    { zone: asked.timezone, weekStart: 'monday' },
  );
  const stretch = inPiece(rollup, asked, zone);
  const own = (condition: string) =>
    `SELECT ${[`${t} AS t`, ...columns].join(', ')}\nFROM ${table} FINAL\nWHERE ${stretch}${condition}`;
  const told = {
    chosen: rollup.name,
    parts: [{ from: rollup.name, fromMs: asked.fromMs, toMs: asked.toMs }] satisfies readonly Part[],
  };
  const pairs = cover.pieces.map((p) => reason('wider', p.rollup, { chosen: rollup.name }));
  const reasons: readonly Reason[] = [
    ...cover.reasons,
    ...pairs,
    reason('raw_not_needed', { name: 'raw' }, { chosen: rollup.name }),
  ];
  if (asked.freshness === 'rollup') {
    const values = [own('')];
    return finish(given, windows, {
      with: [],
      values,
      completeToMs: rollup.watermarkMs ?? 0,
      told,
      reasons,
      notices: [watermarkNotice(rollup)],
    });
  }
  const touched = touchedBuckets(rollup, source, zone, lead);
  // Days are compared as numbers; 65000 is the year 2147: a day number that toDate does not take for seconds.
  const late = touched
    ? `(SELECT groupUniqArray(toInt32(b)) FROM (${touched}))`
    : `[toInt32(${daySql(localDay(rollup.watermarkMs ?? 0, zone))})]`;
  const stale = (day: string) =>
    `(${day} > tm_last OR arrayExists(x -> x <= ${day}${touched ? ` AND x > ${day} - ${longest}` : ''}, tm_late))`;
  const names = [
    `${late} AS tm_late`,
    `toInt32(ifNull((SELECT max(toInt32(d)) FROM ${table}), 0)) AS tm_last`,
    'least(tm_last + 1, if(empty(tm_late), 65000, arrayMin(tm_late))) AS tm_first',
  ];
  const since = `d > toDate(greatest(tm_first - ${longest}, 0))`;
  const rows = gatherRows({ asked: lead, interval: { count: 1, unit: 'day' } }, cover, source, since);
  return finish(given, windows, {
    with: [...names, ...rows.with],
    values: [own(` AND NOT ${stale('toInt32(d)')}`), rollingRows(asked, windows, rows, ` AND ${stale('tm_day')}`)],
    completeToMs: undefined,
    told,
    reasons,
    notices: rows.notices,
  });
}

/** Rows (t, dimensions, a column per window) of every day of the range, from pairs of a day and an entity. */
function rollingRows(asked: Asked, windows: Windows, rows: Gathered, condition: string): string {
  const zone = literal(asked.timezone);
  const names = asked.by.map(ident);
  const sizes = Object.values(windows);
  const [first, last] = [localDay(asked.fromMs, asked.timezone), localDay(asked.toMs - 1, asked.timezone)];
  const tuple = (day: string, values: readonly string[]) => `(${[day, ...values].join(', ')})`;
  const begins = tuple(
    'x',
    sizes.map((n) => `x - p >= ${n}`),
  );
  const ends = sizes.map((n, i) =>
    tuple(
      `x + ${n}`,
      sizes.map((_, j) => (i === j ? `-toInt32(n - x >= ${n})` : '0')),
    ),
  );
  const type = `Array(Tuple(Int32${', Int32'.repeat(sizes.length)}))`;
  // Far days stand for "none": each coverage then begins at the first day and ends after the last one.
  const edges = `arrayJoin(arrayFlatten(arrayMap((x, p, n) -> [${[begins, ...ends].join(', ')}]::${type}, ds, arrayPushFront(arrayPopBack(ds), toInt32(-1000000)), arrayPushBack(arrayPopFront(ds), toInt32(1000000)))))`;
  const perEntity = `SELECT ${[...names, `arraySort(groupUniqArray(toInt32(toDate(t, ${zone})))) AS ds`].join(', ')}\nFROM (\n${indent(united(rows.branches))}\n)\nGROUP BY ${[...names, ident(asked.metric.entity ?? 'user')].join(', ')}`;
  const spine = `arrayJoin(range(toInt32(${first}), toInt32(${last + 1})))`;
  const zeros = sizes.map(() => '0');
  const every =
    names.length === 0
      ? `SELECT ${tuple(spine, zeros)}::Tuple(Int32${', Int32'.repeat(sizes.length)}) AS e`
      : `SELECT ${names.join(', ')}, ${tuple(spine, zeros)}::Tuple(Int32${', Int32'.repeat(sizes.length)}) AS e FROM (SELECT DISTINCT ${names.join(', ')} FROM (\n${indent(perEntity)}\n))`;
  const deltas = `SELECT ${[...names, `${edges} AS e`].join(', ')}\nFROM (\n${indent(perEntity)}\n)\nUNION ALL\n${every}`;
  const partition = names.length > 0 ? `PARTITION BY ${names.join(', ')} ` : '';
  const sums = Object.keys(windows).map(
    (name, i) => `toUInt64(sum(sum(e.${i + 2})) OVER (${partition}ORDER BY e.1)) AS ${ident(name)}`,
  );
  const perDay = `SELECT ${['e.1 AS tm_day', ...names, ...sums].join(', ')}\nFROM (\n${indent(deltas)}\n)\nGROUP BY ${['e.1', ...names].join(', ')}`;
  const columns = [`toDateTime(toDate(tm_day), ${zone}) AS t`, ...names, ...Object.keys(windows).map(ident)];
  return `SELECT ${columns.join(', ')}\nFROM (\n${indent(perDay)}\n)\nWHERE tm_day >= ${first} AND tm_day <= ${last}${condition}`;
}

interface Finish {
  readonly with: readonly string[];
  readonly values: readonly string[];
  readonly completeToMs: number | undefined;
  readonly told: Pick<Plan, 'chosen' | 'parts'>;
  readonly reasons: readonly Reason[];
  readonly notices: readonly Notice[];
}

function finish(given: Given, windows: Windows, parts: Finish): Plan {
  const { asked } = given;
  const names = asked.by.map(ident);
  const open = opennessOf(given, parts.completeToMs);
  const longest = Math.max(...Object.values(windows));
  const base = Object.entries(windows).find(([, days]) => days === longest)?.[0] ?? '';
  const columns = ['t', ...names, `${asked.metric.sql} AS value`, `toUInt8(${open.sql}) AS open`];
  return {
    sql: `${withClause(parts.with)}SELECT ${columns.join(', ')}\nFROM (\n${indent(united(parts.values))}\n)\nWHERE ${ident(base)} > 0\nORDER BY ${['t', ...names].join(', ')}`,
    ...parts.told,
    reasons: parts.reasons,
    notices: parts.notices,
    openBucketFromMs: open.fromMs,
  };
}
