import type { Range, Target } from '../../lib/dashboards';

/** The same question asked of the source instead of a rollup. */
export interface RawQuestion {
  readonly name: string;
  /** With FINAL: redelivered copies counted once, the same number. */
  readonly exact: string;
  /** Without: what it costs to be wrong by the copies. */
  readonly plain: string;
}

export interface Asked extends Range {
  readonly target: Target;
  /** Start of the newest whole day, as the panels of finished days take it. */
  readonly lastDayMs: number;
}

/** Source text with or without FINAL → SQL. */
export type Question = (asked: Asked, final: string) => string;

export const dayMs = 86_400_000;
export const dayStart = (ms: number): number => Math.floor(ms / dayMs) * dayMs;

/** Days since 1970 began on a Thursday: the Monday of the week of an instant. */
export const weekStart = (ms: number): number => dayStart(ms) - ((Math.floor(ms / dayMs) + 3) % 7) * dayMs;

/** An instant as SQL. */
export const instant = (ms: number): string => `fromUnixTimestamp64Milli(${Math.trunc(ms)}, 'UTC')`;
const within = (column: string, fromMs: number, toMs: number) =>
  `${column} >= ${instant(fromMs)} AND ${column} < ${instant(toMs)}`;

/** Rows of a source between two instants, as the text after FROM; more conditions may follow. */
export const events = (final: string, fromMs: number, toMs: number): string =>
  `bench.events ${final} WHERE ${within('occurred_at', fromMs, toMs)}`;
export const requests = (final: string, { fromMs, toMs }: Range): string =>
  `bench.requests ${final} WHERE ${within('started_at', fromMs, toMs)}`;
export const orders = (final: string, fromMs: number, toMs: number): string =>
  `bench.orders ${final} WHERE ${within('ordered_at', fromMs, toMs)}`;
export const refunds = (final: string, fromMs: number, toMs: number): string =>
  `bench.orders ${final} WHERE ${within('refunded_at', fromMs, toMs)}`;
export const changes = (final: string, toMs: number): string =>
  `bench.subscriptions ${final} WHERE changed_at < ${instant(toMs)}`;
