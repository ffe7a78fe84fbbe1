/** A row of shop.events as it is inserted. */
export interface EventRow {
  readonly event_id: string;
  /** UTC, `YYYY-MM-DD hh:mm:ss.mmm`. */
  readonly occurred_at: string;
  readonly event_name: string;
  readonly user_id: number;
  readonly country: string;
  readonly platform: string;
  readonly _version: number;
}

/** A row of shop.orders as it is inserted. Amounts are decimals as text. */
export interface OrderRow {
  readonly order_id: number;
  /** UTC, `YYYY-MM-DD hh:mm:ss.mmm`. */
  readonly ordered_at: string;
  readonly user_id: number;
  readonly amount: string;
  readonly currency: string;
  readonly refunded_amount: string;
  /** UTC; null where nothing was refunded. */
  readonly refunded_at: string | null;
  readonly items: number;
  readonly _version: number;
}

/** A row of shop.requests as it is inserted. */
export interface RequestRow {
  readonly request_id: string;
  /** UTC, `YYYY-MM-DD hh:mm:ss.mmm`. */
  readonly requested_at: string;
  readonly service: string;
  /** Release of the service that answered. */
  readonly version: string;
  readonly endpoint: string;
  readonly method: string;
  /** HTTP status. */
  readonly status: number;
  /** Milliseconds, to the microsecond. */
  readonly duration_ms: number;
  readonly user_id: number;
  readonly _version: number;
}

/** Why a subscription changed: begun, dearer, cheaper, ended, begun again. */
export type SubscriptionChange = 'start' | 'upgrade' | 'downgrade' | 'cancel' | 'reactivate';

/** A row of shop.subscriptions as it is inserted. */
export interface SubscriptionRow {
  readonly change_id: number;
  /** UTC, `YYYY-MM-DD hh:mm:ss.mmm`: when the change takes effect. */
  readonly changed_at: string;
  readonly subscription_id: number;
  readonly user_id: number;
  readonly change: SubscriptionChange;
  readonly plan: string;
  readonly billing: 'monthly' | 'yearly';
  readonly seats: number;
  /** Per month from then on, a decimal as text with four places; yearly plans divided by 12; 0 when ended. */
  readonly mrr: string;
  readonly currency: string;
  readonly _version: number;
}

/** A row of any of the tables. */
export type DemoRow = EventRow | OrderRow | RequestRow | SubscriptionRow;

/** All rows that a demo has at one moment, by table; a table that is absent is not made for it. */
export interface DemoRows {
  readonly events: readonly EventRow[];
  readonly orders: readonly OrderRow[];
  readonly requests?: readonly RequestRow[];
  readonly subscriptions?: readonly SubscriptionRow[];
}

/** Writes an instant (milliseconds since 1970) as ClickHouse reads it into DateTime64(3, 'UTC'). */
export function timestamp(ms: number): string {
  const iso = new Date(ms).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 23)}`;
}
