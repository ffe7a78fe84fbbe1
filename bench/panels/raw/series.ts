import { intervalMs } from '../../lib/dashboards';
import type { Question } from './question';
import { events, requests } from './question';

/** A number of requests, per interval in a time series and whole otherwise, by a key. */
export const ofRequests =
  (value: string, key: string): Question =>
  (asked, final) => {
    const bucket = `toStartOfInterval(started_at, INTERVAL ${intervalMs(asked) / 1000} SECOND) AS bucket, `;
    return `SELECT ${asked.target.type === 'timeseries' ? bucket : ''}${key === '' ? '' : `${key}, `}${value} FROM ${requests(final, asked)} GROUP BY ALL ORDER BY ALL`;
  };

/** Events per interval, by name or all together. */
export const ofEvents =
  (key: string): Question =>
  (asked, final) =>
    `SELECT toStartOfInterval(occurred_at, INTERVAL ${intervalMs(asked) / 1000} SECOND) AS bucket, ${key}count() FROM ${events(final, asked.fromMs, asked.toMs)} GROUP BY ALL ORDER BY ALL`;

/** The column that a title speaks of. */
export const keyOf = (title: string): string =>
  [/endpoint/i, /release/i, /service/i].find((word) => word.test(title))?.source.toLowerCase() ?? '';
