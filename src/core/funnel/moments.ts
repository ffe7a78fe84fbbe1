import { ident, literal } from '../sql/quote';
import type { Facts } from './facts';
import { momentBits } from './facts';
import { funnelEvents, pickSql } from './picks';
import type { FunnelSpec } from './spec';

/** Steps whose rows' value of the breakdown may be asked for. */
export function valuedSteps({ steps, breakdown, attribution, order }: FunnelSpec): readonly number[] {
  if (breakdown === undefined) return [];
  if (order === 'unordered' || attribution === 'last') return steps.map((_, i) => i + 1);
  return [attribution === 'first' ? 1 : attribution];
}

/** Array of the values that rows of a step have, beside `tm_ps`. */
export const valuesOf = (step: number, facts: Facts): string => (facts.ofMoment === undefined ? 'tm_v' : `tm_v${step}`);

/**
 * One row per entity: `tm_entity`, `tm_ps` (its moments ascending, each as ms since 1970 above the bits of {@link Facts}), `tm_ms`
 * (ms alone), and arrays of values. Entities that no step lets in are left out.
 * @param rows SELECT of `tm_entity`, `tm_at` (DateTime64(3)), `event` and the dimensions that the funnel looks at.
 */
export function momentsSql(funnel: FunnelSpec, facts: Facts, rows: string): string {
  const { breakdown, order } = funnel;
  const valued = valuedSteps(funnel);
  const value = breakdown === undefined ? '' : `CAST(ifNull(toString(${ident(breakdown)}), '') AS String)`;
  const ms = `toUInt64(least(greatest(toUnixTimestamp64Milli(tm_at), 1), ${2 ** momentBits - 1})) AS tm_t`;
  const events = `\n    WHERE ${ident('event')} IN (${funnelEvents(funnel)
    .map((e) => literal(e))
    .join(', ')})`;
  const from = `FROM (\n${rows}\n    )${order === 'strict' ? '' : events}`;
  const alone = facts.ofMoment === undefined;
  const columns =
    valued.length === 0 ? [] : alone ? [`${value} AS tm_w`] : valued.map((s) => whereStep(funnel, s, value));
  const moments = alone
    ? `SELECT ${['tm_entity', ms, `${facts.ofRow} AS tm_code`, ...columns].join(', ')}\n    ${from}`
    : `SELECT ${['tm_entity', ms, `${facts.ofMoment} AS tm_code`, ...columns].join(', ')}\n    ${from}\n    GROUP BY tm_entity, tm_t`;
  const packed = `bitOr(bitShiftLeft(tm_t, ${facts.bits}), tm_code)`;
  const names = valued.length === 0 ? [] : alone ? ['tm_w'] : valued.map((s) => `tm_w${s}`);
  const gathered = [`groupArray(${packed}) AS tm_pp`, ...names.map((n) => `groupArray(${n}) AS ${n}s`)];
  const has = order === 'unordered' ? '' : `\n  HAVING ${facts.isStep(1, 'groupBitOr(tm_code)')}`;
  const perEntity = `SELECT tm_entity, ${gathered.join(', ')}\n  FROM (\n    ${moments}\n  )\n  WHERE tm_code != 0\n  GROUP BY tm_entity${has}`;
  // Two arrays sorted alike: an array of tuples with a text takes three times as long.
  const arrays = names.map((n) => `arraySort((x, k) -> (k, x), ${n}s, tm_pp) AS ${n.replace('tm_w', 'tm_v')}`);
  const sorted = `SELECT ${['tm_entity', 'arraySort(tm_pp) AS tm_ps', ...arrays].join(', ')}\n  FROM (\n  ${perEntity}\n  )`;
  return `SELECT *, arrayMap(p -> bitShiftRight(p, ${facts.bits}), tm_ps) AS tm_ms\nFROM (\n  ${sorted}\n)`;
}

const whereStep = ({ steps }: FunnelSpec, step: number, value: string): string =>
  `minIf(${value}, ${pickSql(steps[step - 1] ?? { event: '' })}) AS tm_w${step}`;
