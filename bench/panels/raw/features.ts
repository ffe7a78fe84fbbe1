import { features } from '../../lib/config';
import type { Question } from './question';
import { dayMs, events, instant, weekStart } from './question';

/** Features of the benchmarks' events, and the one that is chosen. */
const named = `event_name IN (${features.map((f) => `'${f}'`).join(', ')})`;
const chosen = `event_name = '${features[0]}'`;

/** The last whole week. */
const week = (lastDayMs: number): [number, number] => {
  const endMs = weekStart(lastDayMs + dayMs);
  return [endMs - 7 * dayMs, endMs];
};

/** Uses per user of each feature in the last whole week: users, sums and quantiles come from it. */
export const usesPerUser: Question = (
  { lastDayMs },
  final,
) => `SELECT event_name, count() AS users, sum(uses) AS total, quantileExact(0.5)(uses) AS median, quantileExact(0.9)(uses) AS p90
FROM (SELECT event_name, user_id, count() AS uses FROM ${events(final, ...week(lastDayMs))} AND ${named} GROUP BY event_name, user_id)
GROUP BY event_name ORDER BY users DESC`;

/** Features per user in the last whole week, those without any too. */
export const breadth: Question = ({ lastDayMs }, final) => `SELECT n, count() AS users
FROM (SELECT user_id, uniqExactIf(event_name, ${named}) AS n FROM ${events(final, ...week(lastDayMs))} GROUP BY user_id)
GROUP BY n ORDER BY n`;

/** First uses of any feature in the last whole week and in the one before. */
export const firstUses: Question = ({ lastDayMs }, final) => {
  const [fromMs, toMs] = week(lastDayMs);
  return `SELECT toMonday(first) AS w, count() FROM (
  SELECT user_id, event_name, min(occurred_at) AS first FROM ${events(final, 0, toMs)} AND ${named} GROUP BY user_id, event_name
  HAVING first >= ${instant(fromMs - 7 * dayMs)})
GROUP BY w ORDER BY w`;
};

/** Users by the week of their first event and the week in which they first used the feature. */
export const adoption: Question = (
  { toMs },
  final,
) => `SELECT toMonday(first) AS cohort, if(use = 0, NULL, dateDiff('week', first, use)) AS later, count() AS users
FROM (SELECT user_id, min(occurred_at) AS first, minIf(occurred_at, ${chosen}) AS use FROM ${events(final, 0, toMs)} GROUP BY user_id)
GROUP BY cohort, later ORDER BY cohort, later`;

/** Days from the first event to the first use of the feature, of users whose first use lies in the range. */
export const firstUseAfter: Question = (
  { fromMs, toMs },
  final,
) => `SELECT dateDiff('day', first, use) AS lag, count() AS users
FROM (SELECT user_id, min(occurred_at) AS first, minIf(occurred_at, ${chosen}) AS use FROM ${events(final, 0, toMs)} GROUP BY user_id)
WHERE use >= ${instant(weekStart(fromMs))} GROUP BY lag ORDER BY lag LIMIT 60`;
