import type { MeasureSpec, RollupSpec, SourceSpec } from './catalogue';
import { dayStart, localDay } from './calendar';
import { intervalText, minutesOf } from './interval';
import type { Asked } from './question';
import type { Reason } from './reasons';
import { reason } from './reasons';

/** Zone of a rollup's days; a source that knows only days has the same ones in every zone. */
export const rollupZone = (rollup: RollupSpec, source: SourceSpec, asked: Asked): string =>
  source.daysOnly ? asked.timezone : rollup.timezone;

/** Whether an instant is the first one of a bucket of the rollup. */
export function onGrain(ms: number, rollup: Pick<RollupSpec, 'grain'>, zone: string): boolean {
  return rollup.grain === 'day' ? dayStart(localDay(ms, zone), zone) === ms : ms % (rollup.grain * 1000) === 0;
}

/** First edge of the rollup at or after an instant, or last one at or before it. */
export function grainEdge(
  ms: number,
  rollup: Pick<RollupSpec, 'grain'>,
  zone: string,
  side: 'after' | 'before',
): number {
  if (rollup.grain !== 'day') {
    const g = rollup.grain * 1000;
    return (side === 'after' ? Math.ceil(ms / g) : Math.floor(ms / g)) * g;
  }
  const day = localDay(ms, zone);
  const start = dayStart(day, zone);
  return start === ms || side === 'before' ? start : dayStart(day + 1, zone);
}

/** Why a rollup's rows cannot be merged into the exact answer; undefined where they can (apart from the range's ends). */
export function unfit(rollup: RollupSpec, source: SourceSpec, asked: Asked): Reason | undefined {
  const { metric } = asked;
  const interval = intervalText(asked.interval);
  if (metric.class === 'ordered') return reason('not_by_order', rollup, {});
  if (rollup.kind === 'finished' && metric.windows) return unfitFinished(rollup, source, asked);
  if (rollup.kind === 'finished' && !rollup.measures.some((own) => metric.measures.some((m) => sameMeasure(own, m)))) {
    return reason('finished_numbers', rollup, {});
  }
  const columns = rollup.keys.map((k) => k.from);
  const missing =
    metric.entity !== undefined && !columns.includes(metric.entity)
      ? metric.entity
      : metric.measures.find((m) => !rollup.measures.some((own) => sameMeasure(own, m)))?.column;
  if (missing !== undefined) return reason('measure_missing', rollup, { column: missing });
  if (rollup.where !== metric.where || !sameSet(rollup.present, metric.present)) {
    return reason('rows_differ', rollup, { metric: metric.name });
  }
  const named = [...asked.by, ...asked.where.map((f) => f.dimension)];
  const dimension = named.find((d) => !columns.includes(d));
  if (dimension !== undefined) return reason('dimension_missing', rollup, { dimension });
  const capped = named.find((d) => rollup.keys.some((k) => k.from === d && k.capped));
  if (capped !== undefined) return reason('values_capped', rollup, { dimension: capped });
  return unfitTime(rollup, source, asked, interval);
}

function unfitTime(rollup: RollupSpec, source: SourceSpec, asked: Asked, interval: string): Reason | undefined {
  const minutes = asked.interval === 'all' ? undefined : minutesOf(asked.interval);
  if (minutes !== undefined && (rollup.grain === 'day' || rollup.grain > minutes * 60)) {
    return reason('finer_interval', rollup, { interval });
  }
  if (rollup.watermarkMs === null) return reason('not_filled', rollup, {});
  const zone = rollupZone(rollup, source, asked);
  if (!asked.edges.every((edge) => onGrain(edge, rollup, zone))) {
    return reason('zone_differs', rollup, { zone: asked.timezone, interval });
  }
  return undefined;
}

function unfitFinished(rollup: RollupSpec, source: SourceSpec, asked: Asked): Reason | undefined {
  const { metric } = asked;
  const interval = intervalText(asked.interval);
  const missing = Object.entries(metric.windows ?? {}).find(([column, days]) => rollup.windows[column] !== days);
  if (missing) return reason('measure_missing', rollup, { column: missing[0] });
  if (rollup.where !== metric.where || !sameSet(rollup.present, metric.present)) {
    return reason('rows_differ', rollup, { metric: metric.name });
  }
  const dimension = [...asked.by, ...asked.where.map((f) => f.dimension)][0];
  if (dimension !== undefined) return reason('dimension_missing', rollup, { dimension });
  return unfitTime(rollup, source, asked, interval);
}

const sameMeasure = (a: MeasureSpec, b: MeasureSpec): boolean =>
  a.column === b.column && a.row === b.row && a.type === b.type && a.state === b.state;

const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((x) => b.includes(x));

/** Rank of a rollup by the rows it has of one bucket: a column of many values outweighs all others. */
export const rowsRank = ({ keys }: RollupSpec): number => keys.reduce((sum, key) => sum + (key.wide ? 1000 : 1), 0);
