import { literal } from '../sql/quote';
import { dayText, localDay } from './calendar';
import type { RollupSpec, SourceSpec } from './catalogue';
import type { Stretch } from './cover';
import { grainEdge } from './fits';
import type { Filter } from './question';

const text = (ms: number) => new Date(ms).toISOString().replace('T', ' ').replace('Z', '');

/** An instant as a literal of type DateTime64(3). */
export const instantSql = (ms: number): string => `toDateTime64('${text(ms)}', 3, 'UTC')`;

/** An instant as a literal of type DateTime in UTC. */
const secondSql = (ms: number): string => `toDateTime('${text(ms).slice(0, 19)}', 'UTC')`;

/** A day number as a literal of type Date. */
export const daySql = (day: number): string => `toDate('${dayText(day)}')`;

/** Whether rows lie in one of the stretches. The column stands bare, so that the key prunes. */
export function inStretches(source: SourceSpec, stretches: readonly Stretch[], zone: string): string {
  const time = source.timeColumn;
  // A row that knows only its day lies at the first instant of it.
  const day = (ms: number) => localDay(grainEdge(ms, { grain: 'day' }, zone, 'after'), zone);
  const at = (ms: number) => (source.daysOnly ? daySql(day(ms)) : instantSql(ms));
  const parts = stretches.map(({ fromMs, toMs }) => `${time} >= ${at(fromMs)} AND ${time} < ${at(toMs)}`);
  return parts.length === 1 ? (parts[0] ?? '0') : `(${parts.map((p) => `(${p})`).join(' OR ')})`;
}

/** Whether a rollup's rows lie in a stretch of whole buckets. */
export function inPiece(rollup: RollupSpec, { fromMs, toMs }: Stretch, zone: string): string {
  return rollup.grain === 'day'
    ? `d >= ${daySql(localDay(fromMs, zone))} AND d < ${daySql(localDay(toMs, zone))}`
    : `m >= ${secondSql(fromMs)} AND m < ${secondSql(toMs)}`;
}

/** A filter as SQL over the dimension's value. Throws nothing; a broken pattern is refused by the server. */
export function filterSql({ operator, values }: Filter, value: string): string {
  const list = values.map((v) => literal(v)).join(', ');
  switch (operator) {
    case '=':
      return values.length === 1 ? `${value} = ${list}` : `${value} IN (${list})`;
    case '!=':
      return values.length === 1 ? `${value} != ${list}` : `${value} NOT IN (${list})`;
    case 'matches':
      return matches(value, values);
    case 'not matches':
      return `NOT ${matches(value, values)}`;
  }
}

const matches = (value: string, patterns: readonly string[]): string => {
  const parts = patterns.map((p) => `match(${value}, ${literal(p)})`);
  return parts.length === 1 ? (parts[0] ?? '0') : `(${parts.join(' OR ')})`;
};
