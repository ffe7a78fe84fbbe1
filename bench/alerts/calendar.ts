export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** Days since 1970 of an ISO day. */
export const dayOf = (text: string): number => Date.parse(`${text}T00:00:00Z`) / dayMs;

/** ISO day of a number of days since 1970. */
export const dayText = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10);

/** Instant as ClickHouse reads a DateTime in UTC. */
export const timeText = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
