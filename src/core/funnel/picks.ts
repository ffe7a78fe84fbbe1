import { ident, literal } from '../sql/quote';
import type { EventPick, FunnelSpec } from './spec';

/** Condition on a row: `event` and the dimensions, each a column called by its name (or as `column` says). */
export function pickSql({ event, where = {} }: EventPick, column: (dimension: string) => string = ident): string {
  const filters = Object.entries(where).map(([dimension, values]) => wanted(column(dimension), values));
  return [`${ident('event')} = ${literal(event)}`, ...filters].join(' AND ');
}

const wanted = (column: string, values: readonly string[]): string =>
  values.length === 1 ? `${column} = ${literal(values[0] ?? '')}` : `${column} IN (${values.map(literal).join(', ')})`;

/** Whether one row could be picked by both. */
export function overlap(a: EventPick, b: EventPick): boolean {
  if (a.event !== b.event) return false;
  return Object.entries(a.where ?? {}).every(([dimension, values]) => {
    const others = b.where?.[dimension];
    return others === undefined || values.some((v) => others.includes(v));
  });
}

/** Equal for picks of the same rows written alike, whatever the order of dimensions and values. */
export function pickKey({ event, where = {} }: EventPick): string {
  const filters = Object.entries(where).map(([dimension, values]) => [dimension, [...new Set(values)].sort()] as const);
  return JSON.stringify([event, filters.sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/** Every pick of a funnel once: those of its steps in their order, then those of its exclusions. */
export function distinctPicks(funnel: Pick<FunnelSpec, 'steps' | 'exclusions'>): readonly EventPick[] {
  const all = [...funnel.steps, ...funnel.exclusions].map(({ event, where }) => ({ event, ...(where && { where }) }));
  return [...new Map(all.map((pick) => [pickKey(pick), pick])).values()];
}

/** Dimensions that a funnel looks at: those of its filters, its breakdown, and whose values it follows. */
export function funnelDimensions({ steps, exclusions, by, breakdown }: FunnelSpec): readonly string[] {
  const filters = [...steps, ...exclusions].flatMap(({ where }) => Object.keys(where ?? {}));
  return [...new Set([...filters, ...(breakdown === undefined ? [] : [breakdown]), ...(by === 'user' ? [] : [by])])];
}

/** Names of the events that a funnel looks at; a strict one looks at all, see `FunnelSpec.order`. */
export const funnelEvents = ({ steps, exclusions }: FunnelSpec): readonly string[] => [
  ...new Set([...steps, ...exclusions].map((pick) => pick.event)),
];
