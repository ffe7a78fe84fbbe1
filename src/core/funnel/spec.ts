/** What a funnel is, whatever it is counted from. Conversion is told by the day of entry. */

/** Values that a dimension must have, one of each list. */
export type Wanted = Readonly<Record<string, readonly string[]>>;

/** Events by name, and by the values of dimensions where some are wanted. */
export interface EventPick {
  readonly event: string;
  readonly where?: Wanted;
}

export interface FunnelStep extends EventPick {
  /** As people read it; the event's name when absent. */
  readonly title?: string;
  /** May be left out on the way to the next one. Never the first, never the last. */
  readonly optional?: boolean;
}

/** An event that voids a way through the funnel when it comes between two steps. Steps are counted from 1. */
export interface FunnelExclusion extends EventPick {
  readonly after: number;
  readonly before: number;
}

/**
 * *ordered*: each step after the one before, other events may come between. *strict*: no other event of the entity between two
 * steps. *unordered*: any order, step n being the n-th different one.
 */
export const funnelOrders = ['ordered', 'strict', 'unordered'] as const;
export type FunnelOrder = (typeof funnelOrders)[number];

/** Whose value of the breakdown counts: of the first step (*first*), the last one reached (*last*), or a step by its number. */
export type Attribution = 'first' | 'last' | number;

export interface FunnelSpec {
  /** Lower-case letters, digits and _: part of table names. */
  readonly name: string;
  readonly title: string;
  readonly description?: string;
  /** Two at least. */
  readonly steps: readonly FunnelStep[];
  readonly order: FunnelOrder;
  /** From the first step on, in milliseconds; the last step may lie at its very end. */
  readonly windowMs: number;
  readonly exclusions: readonly FunnelExclusion[];
  /** `user`, or a dimension whose values are followed instead (account, session, order). */
  readonly by: string;
  /** Dimension by whose values the entries are told apart. */
  readonly breakdown?: string;
  readonly attribution: Attribution;
}
