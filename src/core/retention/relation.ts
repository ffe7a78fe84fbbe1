import type { EventPick } from '../funnel/spec';
import { literal } from '../sql/quote';
import { fail } from './errors';

/** Rows in which starts or returns are looked for: of days (`user_day`), or of moments (`step_day`, events themselves). */
export interface RetentionRelation {
  /** What stands behind FROM: a quoted table, with FINAL where it needs it, or a sub-query in brackets. */
  readonly from: string;
  /** SQL of who is followed. */
  readonly entity: string;
  /** SQL of the day (Date) in the zone of the calendar: a bare column wherever the table is ordered by it. */
  readonly day: string;
  /** SQL of the moment, DateTime64(3). Absent where only days are known. */
  readonly at?: string;
  /** SQL of the event's name. Absent where rows of all events are one. */
  readonly event?: string;
  /** Dimension → SQL of its value (String). */
  readonly dimensions: Readonly<Record<string, string>>;
  /** Further conditions on the rows. */
  readonly where?: readonly string[];
}

/** Rows of a relation that count as starts, or as returns. */
export interface MarkedRelation {
  readonly relation: RetentionRelation;
  /** SQL condition on the relation's rows. */
  readonly condition: string;
  /** Whether there is one row per entity at most: its first start ever. Then older history is not looked at. */
  readonly firsts?: boolean;
}

/**
 * The rows of a relation that an event pick means; all of them where it is absent. Throws retention_needs_moments where the rows do not
 * tell events apart, retention_no_dimension for an unknown name.
 * @param retention its name, for messages
 */
export function picked(relation: RetentionRelation, pick: EventPick | undefined, retention: string): MarkedRelation {
  if (pick === undefined) return { relation, condition: '1' };
  if (relation.event === undefined)
    throw fail('retention_needs_moments', { retention, what: `the event ${JSON.stringify(pick.event)}` });
  const conditions = [
    `${relation.event} = ${literal(pick.event)}`,
    ...Object.entries(pick.where ?? {}).map(
      ([name, values]) => `${dimensionOf(relation, name, retention)} IN (${values.map(literal).join(', ')})`,
    ),
  ];
  return { relation, condition: conditions.join(' AND ') };
}

/** SQL of a dimension's value. Throws retention_no_dimension. */
export function dimensionOf({ dimensions }: RetentionRelation, dimension: string, retention: string): string {
  const sql = dimensions[dimension];
  if (sql === undefined)
    throw fail('retention_no_dimension', { retention, dimension, accepted: Object.keys(dimensions) });
  return sql;
}
