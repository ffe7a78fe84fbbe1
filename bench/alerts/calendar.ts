import { dayMs, dayText } from '../../src/core/metrics/calendar';

export { dayMs, dayText };
export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;

/** Days since 1970 of an ISO day. */
export const dayOf = (text: string): number => Date.parse(`${text}T00:00:00Z`) / dayMs;

/** Instant as ClickHouse reads a DateTime in UTC. */
export const timeText = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
