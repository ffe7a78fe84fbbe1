import type { Db } from '../../src/core/db';
import { dayMs, hourMs, timeText } from './calendar';
import type { Message } from './messages';
import type { Source } from './source';
import { durations } from './source';

/** The rules as the seed has them: raw comparisons, nothing waited for, nothing too small. */
export const naiveRules = [
  { name: 'dau_drop', title: 'DAU more than 20 % below the day before' },
  { name: 'error_rate', title: 'more than 2 % of a release’s requests failed in five minutes' },
  { name: 'latency_p95', title: 'p95 of a service above 1 s in five minutes' },
] as const;

/** Between two moments, the messages of the naive forms over the same rows: one whenever one begins to fire. */
export async function naiveMessages(
  db: Db,
  source: Source,
  days: string,
  fromMs: number,
  toMs: number,
): Promise<readonly Message[]> {
  const within = `m >= '${timeText(fromMs - hourMs)}' AND m < '${timeText(toMs)}'`;
  const [users, errors, slow] = await Promise.all([
    // Told when the day is over.
    db.query<Begin>(`SELECT 'daily active users' AS subject, toUnixTimestamp(toDateTime(d + 1, 'UTC')) AS at FROM (
      SELECT d, fires, lagInFrame(fires, 1) OVER (ORDER BY d ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS fired
      FROM (SELECT d, dau < 0.8 * lagInFrame(dau, 1) OVER (ORDER BY d ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS fires FROM ${days}.active_day FINAL)
    ) WHERE fires AND NOT fired AND toDateTime(d + 1, 'UTC') >= '${timeText(fromMs)}' AND toDateTime(d + 1, 'UTC') < '${timeText(toMs)}' ORDER BY at`),
    // Evaluated every minute with requests.
    db.query<Begin>(`SELECT concat(service, ' ', release) AS subject, toUnixTimestamp(m) + 60 AS at FROM (
      SELECT m, service, release, fires, lagInFrame(fires, 1) OVER (PARTITION BY service, release ORDER BY m ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS fired
      FROM (
        SELECT m, service, release, sum(errors) OVER w > 0.02 * sum(requests) OVER w AS fires FROM ${source.database}.request WHERE ${within}
        WINDOW w AS (PARTITION BY service, release ORDER BY toUnixTimestamp(m) RANGE BETWEEN 240 PRECEDING AND CURRENT ROW)
      )
    ) WHERE fires AND NOT fired AND m >= '${timeText(fromMs)}' ORDER BY at`),
    slowMessages(db, source, fromMs, toMs),
  ]);
  const named = (rule: string, begins: readonly Begin[]) =>
    begins.map(({ subject, at }): Message => ({ rule, subject, atMs: Number(at) * 1000, detail: '' }));
  return [...named('dau_drop', users), ...named('error_rate', errors), ...named('latency_p95', slow)];
}

interface Begin {
  readonly subject: string;
  readonly at: number;
}

/** Days whose durations are drawn at once. */
const chunkDays = 10;

/** Evaluated every five minutes. */
async function slowMessages(db: Db, { database }: Source, fromMs: number, toMs: number): Promise<Begin[]> {
  const begins: Begin[] = [];
  const fired = new Set<string>();
  for (let at = fromMs; at < toMs; at += chunkDays * dayMs) {
    const within = `m >= '${timeText(at)}' AND m < '${timeText(Math.min(toMs, at + chunkDays * dayMs))}'`;
    const rows = await db.query<Begin & { readonly fires: number }>(
      `SELECT service AS subject, toUnixTimestamp(toStartOfFiveMinutes(m)) + 300 AS at, quantileExactArray(0.95)(${durations}) > 1000 AS fires
       FROM ${database}.request WHERE ${within} GROUP BY at, service ORDER BY at, service`,
    );
    for (const { subject, at: told, fires } of rows) {
      if (Number(fires) === 1 && !fired.has(subject)) begins.push({ subject, at: told });
      if (Number(fires) === 1) fired.add(subject);
      else fired.delete(subject);
    }
  }
  return begins;
}
