import type { LiveRollup, LiveSource } from './catalogue';
import type { Cover } from './cover';
import { fail } from './errors';
import { bucketStart, intervalText } from './interval';
import type { Asked } from './question';
import type { Reason } from './reasons';
import { reason } from './reasons';

/** All that a plan is made from: a checked question, its role's source and rollups, and the clock. */
export interface Given {
  readonly asked: Asked;
  readonly source: LiveSource;
  readonly rollups: readonly LiveRollup[];
  readonly nowMs: number;
}

/** Which buckets are not whole, as SQL over `t` and as an instant. */
export interface Openness {
  readonly sql: string;
  readonly fromMs: number | null;
}

/** Marks buckets that the range cuts, that run at `nowMs`, or that end beyond what was counted (`completeToMs`). */
export function opennessOf({ asked, nowMs }: Given, completeToMs = Infinity): Openness {
  const { fromMs, toMs, interval, timezone, weekStart } = asked;
  const closedToMs = Math.min(toMs, nowMs, completeToMs);
  if (interval === 'all') return { sql: toMs > closedToMs ? '1' : '0', fromMs: toMs > closedToMs ? fromMs : null };
  const calendar = { zone: timezone, weekStart };
  const openMs = bucketStart(Math.max(0, closedToMs), interval, calendar);
  const cut = bucketStart(fromMs, interval, calendar) < fromMs;
  const sql = [
    ...(cut ? [`toUnixTimestamp(t) < ${Math.ceil(fromMs / 1000)}`] : []),
    ...(openMs < toMs ? [`toUnixTimestamp(t) >= ${openMs / 1000}`] : []),
  ];
  return { sql: sql.length === 0 ? '0' : sql.join(' OR '), fromMs: openMs < toMs ? openMs : null };
}

/** Refuses, or gives the reason that stands for the raw rows, when a cover needs raw rows or could do without. */
export function rawReason({ asked, source }: Given, cover: Cover): readonly Reason[] {
  const why = rawImpossible({ asked, source });
  const [first] = cover.pieces;
  if (why && cover.raw.length > 0) {
    const own = reason('no_raw', { name: 'raw' }, { why });
    throw fail('no_answer', { metric: asked.metric.name, reasons: [...cover.reasons, own].map((r) => r.message) });
  }
  if (!first || why !== undefined || cover.raw.length > 0) return [];
  return [reason('raw_not_needed', { name: 'raw' }, { chosen: first.rollup.name })];
}

function rawImpossible({ asked, source }: Pick<Given, 'asked' | 'source'>): string | undefined {
  const { metric, interval } = asked;
  if (!metric.raw) return `${metric.name} is not a number of the source's rows.`;
  const within = interval !== 'all' && (interval.unit === 'minute' || interval.unit === 'hour');
  if (source.daysOnly && within)
    return `the source knows only days, which cannot be divided into ${intervalText(interval)} buckets.`;
  return undefined;
}

/** Text of WITH, empty without expressions. */
export const withClause = (expressions: readonly string[]): string =>
  expressions.length === 0 ? '' : `WITH\n${expressions.map((e) => indent(e)).join(',\n')}\n`;

/** Every line two blanks to the right. */
export const indent = (sql: string): string => sql.replace(/^/gm, '  ');

/** Several SELECTs as one relation. */
export const united = (branches: readonly string[]): string => branches.join('\nUNION ALL\n');

/** Throws interval_not_for_metric unless the question's interval is one of those. */
export function intervalOnly({ metric, interval }: Asked, accepted: readonly string[], why: string): void {
  const given = intervalText(interval);
  if (!accepted.includes(given)) throw fail('interval_not_for_metric', { metric: metric.name, given, accepted, why });
}
