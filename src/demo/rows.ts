/** A row of shop.events as it is inserted: the server stamps `ingested_at`. */
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

/** A row of shop.orders as it is inserted: the server stamps `ingested_at`. Amounts are decimals as text. */
export interface OrderRow {
  readonly order_id: number;
  /** UTC, `YYYY-MM-DD hh:mm:ss.mmm`. */
  readonly ordered_at: string;
  readonly user_id: number;
  readonly amount: string;
  readonly currency: string;
  readonly refunded_amount: string;
  readonly items: number;
  readonly _version: number;
}

/** All rows that a demo has at one moment. */
export interface DemoRows {
  readonly events: readonly EventRow[];
  readonly orders: readonly OrderRow[];
}

/** Writes an instant (milliseconds since 1970) as ClickHouse reads it into DateTime64(3, 'UTC'). */
export const timestamp = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').replace('Z', '');
