import { literal } from '../sql/quote';
import { checkFunnel } from './check';
import { factsOf, momentBits } from './facts';
import type { Layer } from './layers';
import { each, layered } from './layers';
import { momentsSql, valuedSteps } from './moments';
import { optionalLayers } from './optional';
import { beginnings, reachedLayer } from './begin';
import { orderedLayers } from './ordered';
import type { FunnelSpec } from './spec';
import { strictLayers } from './strict';
import { unorderedLayers } from './unordered';

/** What entries are made from. All members but {@link timezone} are SQL. */
export interface FunnelInput {
  /**
   * SELECT of the rows: `tm_entity`, `tm_at` (DateTime64(3)), `event`, and each dimension of `funnelDimensions` by its name but the one
   * that is followed. Copies do no harm. Order *strict* needs the rows of all events. They have to reach one window beyond {@link to}.
   */
  readonly rows: string;
  /** Zone whose days entries are told by. */
  readonly timezone: string;
  /** First and last day of entry, of type Date. */
  readonly from: string;
  readonly to: string;
  /** Moment of type DateTime64(3) at which windows are still open or not. */
  readonly now: string;
  /** Whether an entity counts once per day of entry, or once altogether, by its best day. */
  readonly per: 'day' | 'range';
}

/**
 * SELECT of the entries of a funnel, one row per day of entry and entity (or per entity): `d` Date, `tm_entity`, `grp` String (value of
 * the breakdown, `''` without one), `at` DateTime64(3, 'UTC'), `reached` UInt8 (deepest step, from 1), `steps` Array(UInt8) (those
 * reached, ascending), `took_ms` Array(UInt64) (from the entry to each of them), `open` UInt8 (its window is not over). Throws where
 * the funnel means nothing; see docs/funnels.md for what counts.
 */
export function entriesSql(funnel: FunnelSpec, input: FunnelInput): string {
  checkFunnel(funnel);
  const facts = factsOf(funnel);
  const ways = { ordered: orderedLayers, strict: strictLayers, unordered: unorderedLayers }[funnel.order];
  const day = `toDate(fromUnixTimestamp64Milli(toInt64(t)), ${literal(input.timezone)})`;
  const isFirst = funnel.order === 'unordered' ? '1' : facts.isStep(1, 'p');
  const begins: Layer = {
    tm_begins: each(`${isFirst} AND ${day} >= ${input.from} AND ${day} <= ${input.to}`, { p: 'tm_ps', t: 'tm_ms' }),
  };
  const sorted = layered(momentsSql(funnel, facts, input.rows), [
    ...ways(funnel, facts),
    begins,
    ...beginnings(funnel),
    ...optionalLayers(funnel),
    reachedLayer(funnel),
    { tm_all: rankedEntries(funnel, input.per === 'day' ? `toUInt64(${day})` : 'toUInt64(0)') },
    // Sorting costs most: what comes after one as good on the same day is left out before.
    { tm_some: leaveOut(`${dayOf('e.1')} != ${dayOf('b')} OR ${rankOf('e.1')} < ${rankOf('b')}`, 'tm_all') },
    { tm_sorted: 'arraySort(e -> e.1, tm_some)' },
    { tm_best: leaveOut(`${dayOf('e.1')} != ${dayOf('b')}`, 'tm_sorted') },
  ]);
  const entries = `SELECT tm_entity, arrayJoin(tm_best) AS e FROM (\n${sorted}\n)`;
  return entryColumns(funnel, input, entries);
}

/** Bits of an entry's rank, above those of its moment: its day, then the steps it lacks. */
const rankBits = 4;
const deepestRank = 2 ** rankBits - 1;
const dayOf = (key: string) => `bitShiftRight(${key}, ${momentBits + rankBits})`;
const rankOf = (key: string) => `bitAnd(bitShiftRight(${key}, ${momentBits}), ${deepestRank})`;

/** Entries as tuples: a number that puts them in the order of days, deepest and earliest first; their steps, then their values. */
function rankedEntries(funnel: FunnelSpec, day: string): string {
  const times = Object.fromEntries(funnel.steps.map((_, i) => [`g${i + 1}`, `tm_g${i + 1}`] as const));
  const values = Object.fromEntries(valuedSteps(funnel).map((step) => [`b${step}`, `tm_b${step}`] as const));
  const key = `bitOr(bitOr(bitShiftLeft(${day}, ${momentBits + rankBits}), bitShiftLeft(toUInt64(${deepestRank} - r), ${momentBits})), t)`;
  const arrays = { t: 'tm_t', r: 'tm_r', ...times, ...values };
  const tuple = `(${[key, 't', 'r', ...Object.keys(times), ...Object.keys(values)].join(', ')})`;
  const all = each(tuple, arrays);
  return funnel.exclusions.length === 0 ? all : `arrayFilter((e, v) -> NOT v, ${all}, tm_void)`;
}

/** Entries `e` for which a condition on the key `b` of the one before them holds; before the first one is a day of its own. */
const leaveOut = (keep: string, entries: string): string =>
  `arrayFilter((e, b) -> ${keep}, ${entries}, arrayShiftRight(${entries}.1, 1, toUInt64(18446744073709551615)))`;

function entryColumns(funnel: FunnelSpec, { timezone, now }: FunnelInput, entries: string): string {
  const { steps, windowMs, order } = funnel;
  const time = (step: number) => `e.${step + 3}`;
  const times = steps.map((_, i) => time(i + 1));
  const valued = valuedSteps(funnel);
  const value = (step: number) => `e.${steps.length + 4 + valued.indexOf(step)}`;
  const instant = "fromUnixTimestamp64Milli(toInt64(e.2), 'UTC')";
  const met =
    valued.length > 0 ? `arrayMap(x -> x.1, tm_met)` : `arraySort(arrayFilter(x -> x != 0, [${times.join(', ')}]))`;
  const numbers = `[${steps.map((_, i) => i + 1).join(', ')}]`;
  const isReached = `arrayFilter((s, g) -> g != 0, ${numbers}, [${times.join(', ')}])`;
  const took = order === 'unordered' ? met : `arrayFilter(g -> g != 0, [${times.join(', ')}])`;
  const columns = [
    `toDate(${instant}, ${literal(timezone)}) AS d`,
    'tm_entity',
    `${groupOf(funnel, value)} AS grp`,
    `${instant} AS at`,
    'toUInt8(e.3) AS reached',
    `CAST(${order === 'unordered' ? 'range(1, e.3 + 1)' : isReached} AS Array(UInt8)) AS steps`,
    `arrayMap(g -> toUInt64(g - e.2), ${took}) AS took_ms`,
    `toUInt8(e.2 + ${windowMs} >= toUnixTimestamp64Milli(${now})) AS open`,
  ];
  const pairs = steps.map((_, i) => `(${time(i + 1)}, ${value(i + 1)})`);
  const from =
    order === 'unordered' && valued.length > 0
      ? layered(entries, [{ tm_met: `arraySort(arrayFilter(x -> x.1 != 0, [${pairs.join(', ')}]))` }])
      : entries;
  return `SELECT ${columns.join(',\n  ')}\nFROM (\n${from}\n)`;
}

/** Value of the breakdown by the funnel's attribution; `''` where that step was not reached. */
function groupOf({ breakdown, attribution, order, steps }: FunnelSpec, value: (step: number) => string): string {
  if (breakdown === undefined) return "''";
  // arrayElement beyond the last one reached is ''.
  if (order === 'unordered')
    return `tm_met[${attribution === 'last' ? 'e.3' : attribution === 'first' ? 1 : attribution}].2`;
  if (attribution === 'first') return value(1);
  if (attribution === 'last')
    return `multiIf(${steps.map((_, i) => `e.3 = ${i + 1}, ${value(i + 1)}`).join(', ')}, '')`;
  return `if(e.${attribution + 3} != 0, ${value(attribution)}, '')`;
}
