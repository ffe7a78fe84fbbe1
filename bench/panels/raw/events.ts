import type { Question } from './question';
import { dayMs, dayStart, events, instant } from './question';

/** Distinct users of the N days that end with the last whole day, and of those a week before. */
export const activeStat =
  (days: number): Question =>
  ({ lastDayMs }, final) => {
    const users = (endMs: number) =>
      `(SELECT uniqExact(user_id) FROM ${events(final, endMs + dayMs - days * dayMs, endMs + dayMs)})`;
    return `SELECT ${users(lastDayMs)} AS now, ${users(lastDayMs - 7 * dayMs)} AS before`;
  };

/**
 * Rolling active users without counting anybody per window: days of each user, the stretches that they cover, +1 where
 * one begins, −1 where it ends. The fastest raw way that is known here, so that the ratio is not flattered.
 */
export const rolling =
  (windows: readonly number[]): Question =>
  ({ fromMs, toMs }, final) => {
    const widest = Math.max(...windows);
    const perUser = `SELECT arraySort(groupUniqArray(toDate(occurred_at))) AS days
FROM ${events(final, dayStart(fromMs) - (widest - 1) * dayMs, toMs)} GROUP BY user_id`;
    const steps = windows.map(
      (
        n,
        i,
      ) => `arrayMap(x -> (x, ${i}, 1), arrayFilter((x, k) -> k = 1 OR x - days[k - 1] > ${n}, days, arrayEnumerate(days))),
  arrayMap(x -> (x + ${n}, ${i}, -1), arrayFilter((x, k) -> k = length(days) OR days[k + 1] - x > ${n}, days, arrayEnumerate(days)))`,
    );
    return `SELECT d, w, sum(sum(delta)) OVER (PARTITION BY w ORDER BY d) AS users
FROM (SELECT arrayJoin(arrayConcat(${steps.join(',\n  ')})) AS s, s.1 AS d, s.2 AS w, s.3 AS delta FROM (${perUser}))
GROUP BY d, w ORDER BY w, d`;
  };

export const lifecycle: Question = (
  { toMs },
  final,
) => `SELECT s.1 AS d, countIf(s.2 = 'new') AS created, countIf(s.2 = 'returning') AS returning, countIf(s.2 = 'resurrected') AS resurrected, countIf(s.2 = 'dormant') AS dormant
FROM (
  SELECT arrayJoin(arrayConcat(
    arrayMap((x, k) -> (x, multiIf(k = 1, 'new', x - days[k - 1] = 1, 'returning', 'resurrected')), days, arrayEnumerate(days)),
    arrayMap(x -> (x + 1, 'dormant'), arrayFilter((x, k) -> k = length(days) OR days[k + 1] - x > 1, days, arrayEnumerate(days))))) AS s
  FROM (SELECT arraySort(groupUniqArray(toDate(occurred_at))) AS days FROM ${events(final, 0, toMs)} GROUP BY user_id))
GROUP BY d ORDER BY d`;

export const retention: Question = ({ toMs }, final) => `SELECT cohort, length(months) AS later, count() AS users
FROM (SELECT toStartOfMonth(min(occurred_at)) AS cohort, groupUniqArray(toStartOfMonth(occurred_at)) AS months FROM ${events(final, 0, toMs)} GROUP BY user_id)
GROUP BY cohort, later ORDER BY cohort, later`;

/** The saved funnel of the benchmarks by `windowFunnel`: each user once over the range, completion up to seven days after. */
export const funnel: Question = ({ fromMs, toMs }, final) => {
  const steps = ['product_view', 'add_to_cart', 'checkout_start', 'purchase'];
  const entered = `event_name = '${steps[0]}' AND occurred_at < ${instant(toMs)}`;
  const conditions = [entered, ...steps.slice(1).map((s) => `event_name = '${s}'`)];
  const windowMs = 7 * dayMs;
  return `SELECT level, count() FROM (
  SELECT user_id, windowFunnel(${windowMs})(toUInt64(toUnixTimestamp64Milli(occurred_at)), ${conditions.join(', ')}) AS level
  FROM ${events(final, fromMs, toMs + windowMs)} AND event_name IN (${steps.map((s) => `'${s}'`).join(', ')}) GROUP BY user_id)
GROUP BY level ORDER BY level`;
};

/** Users by the week of their first event and the later weeks in which they came. */
export const weekly: Question = ({ toMs }, final) => `SELECT cohort, week - cohort AS later, count() AS users
FROM (SELECT user_id, toMonday(min(occurred_at)) AS cohort, arrayJoin(groupUniqArray(toMonday(occurred_at))) AS week FROM ${events(final, 0, toMs)} GROUP BY user_id)
GROUP BY cohort, later ORDER BY cohort, later`;

/** A number of events per day. */
export const perDay =
  (value: string): Question =>
  ({ fromMs, toMs }, final) =>
    `SELECT toDate(occurred_at) AS d, ${value} FROM ${events(final, dayStart(fromMs), toMs)} GROUP BY ALL ORDER BY ALL`;
