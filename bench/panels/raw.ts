import type { Range, Target } from '../lib/dashboards';
import { intervalMs } from '../lib/dashboards';

/** The same question asked of the source instead of a rollup. */
export interface RawQuestion {
  readonly name: string;
  /** With FINAL: redelivered copies counted once, the same number. */
  readonly exact: string;
  /** Without: what it costs to be wrong by the copies. */
  readonly plain: string;
}

interface Asked extends Range {
  readonly target: Target;
  /** Start of the newest whole day, as the panels of finished days take it. */
  readonly lastDayMs: number;
}

/** Source text with or without FINAL → SQL. */
type Question = (asked: Asked, final: string) => string;

const dayMs = 86_400_000;
const instant = (ms: number) => `fromUnixTimestamp64Milli(${Math.trunc(ms)}, 'UTC')`;
const within = (column: string, fromMs: number, toMs: number) =>
  `${column} >= ${instant(fromMs)} AND ${column} < ${instant(toMs)}`;
const events = (final: string, fromMs: number, toMs: number) =>
  `bench.events ${final} WHERE ${within('occurred_at', fromMs, toMs)}`;
const requests = (final: string, { fromMs, toMs }: Range) =>
  `bench.requests ${final} WHERE ${within('started_at', fromMs, toMs)}`;
const dayStart = (ms: number) => Math.floor(ms / dayMs) * dayMs;

/** Distinct users of the N days that end with the last whole day, and of those a week before. */
const activeStat =
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
const rolling =
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

const lifecycle: Question = (
  { toMs },
  final,
) => `SELECT s.1 AS d, countIf(s.2 = 'new') AS created, countIf(s.2 = 'returning') AS returning, countIf(s.2 = 'resurrected') AS resurrected, countIf(s.2 = 'dormant') AS dormant
FROM (
  SELECT arrayJoin(arrayConcat(
    arrayMap((x, k) -> (x, multiIf(k = 1, 'new', x - days[k - 1] = 1, 'returning', 'resurrected')), days, arrayEnumerate(days)),
    arrayMap(x -> (x + 1, 'dormant'), arrayFilter((x, k) -> k = length(days) OR days[k + 1] - x > 1, days, arrayEnumerate(days))))) AS s
  FROM (SELECT arraySort(groupUniqArray(toDate(occurred_at))) AS days FROM ${events(final, 0, toMs)} GROUP BY user_id))
GROUP BY d ORDER BY d`;

const retention: Question = ({ toMs }, final) => `SELECT cohort, length(months) AS later, count() AS users
FROM (SELECT toStartOfMonth(min(occurred_at)) AS cohort, groupUniqArray(toStartOfMonth(occurred_at)) AS months FROM ${events(final, 0, toMs)} GROUP BY user_id)
GROUP BY cohort, later ORDER BY cohort, later`;

/** The saved funnel of the benchmarks by `windowFunnel`: each user once over the range, completion up to seven days after. */
const funnel: Question = ({ fromMs, toMs }, final) => {
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
const weekly: Question = ({ toMs }, final) => `SELECT cohort, week - cohort AS later, count() AS users
FROM (SELECT user_id, toMonday(min(occurred_at)) AS cohort, arrayJoin(groupUniqArray(toMonday(occurred_at))) AS week FROM ${events(final, 0, toMs)} GROUP BY user_id)
GROUP BY cohort, later ORDER BY cohort, later`;

const perDay = (value: string): Question => {
  return ({ fromMs, toMs }, final) =>
    `SELECT toDate(occurred_at) AS d, ${value} FROM ${events(final, dayStart(fromMs), toMs)} GROUP BY ALL ORDER BY ALL`;
};

/** A number of requests, per interval in a time series and whole otherwise, by a key. */
const ofRequests =
  (value: string, key: string): Question =>
  (asked, final) => {
    const bucket = `toStartOfInterval(started_at, INTERVAL ${intervalMs(asked) / 1000} SECOND) AS bucket, `;
    return `SELECT ${asked.target.type === 'timeseries' ? bucket : ''}${key === '' ? '' : `${key}, `}${value} FROM ${requests(final, asked)} GROUP BY ALL ORDER BY ALL`;
  };

const ofEvents: Question = (asked, final) =>
  `SELECT toStartOfInterval(occurred_at, INTERVAL ${intervalMs(asked) / 1000} SECOND) AS bucket, event_name, count() FROM ${events(final, asked.fromMs, asked.toMs)} GROUP BY ALL ORDER BY ALL`;

const keyOf = (title: string): string =>
  [/endpoint/i, /release/i, /service/i].find((word) => word.test(title))?.source.toLowerCase() ?? '';

interface Known {
  readonly dashboard: RegExp;
  readonly panel: RegExp;
  readonly name: string;
  readonly ask: Question | ((title: string) => Question);
  /** Whether `ask` takes the title first. */
  readonly byTitle?: true;
}

const p95 = 'quantileDD(0.01, 0.95)(duration_ms) AS p95';

/** Panels of which the raw question is known; the first that fits counts. */
const known: readonly Known[] = [
  { dashboard: /active users/i, panel: /^daily active$/i, name: 'DAU', ask: activeStat(1) },
  { dashboard: /active users/i, panel: /^weekly active$/i, name: 'WAU', ask: activeStat(7) },
  { dashboard: /active users/i, panel: /^monthly active$/i, name: 'MAU', ask: activeStat(30) },
  {
    dashboard: /active users/i,
    panel: /^active users per day$/i,
    name: 'DAU per day',
    ask: perDay('uniqExact(user_id)'),
  },
  { dashboard: /active users/i, panel: /rolling/i, name: 'rolling WAU, MAU', ask: rolling([7, 30]) },
  { dashboard: /active users/i, panel: /^stickiness/i, name: 'DAU / MAU', ask: rolling([1, 30]) },
  { dashboard: /active users/i, panel: /^who came/i, name: 'lifecycle', ask: lifecycle },
  { dashboard: /active users/i, panel: /^events per day/i, name: 'events by name', ask: perDay('event_name, count()') },
  { dashboard: /funnels/i, panel: /^(entries that|steps|conversion|by breakdown)/i, name: 'windowFunnel', ask: funnel },
  { dashboard: /retention/i, panel: /^(cohorts: |mean of)/i, name: 'weekly retention', ask: weekly },
  { dashboard: /retention/i, panel: /by month/i, name: 'retention by month', ask: retention },
  {
    dashboard: /operations/i,
    panel: /p50|p95|p99|latency|duration|slow/i,
    name: 'p95',
    ask: (title: string) => ofRequests(p95, keyOf(title)),
    byTitle: true,
  },
  {
    dashboard: /operations/i,
    panel: /error/i,
    name: 'error rate',
    ask: (title: string) => ofRequests('countIf(status >= 500) / count() AS errors', keyOf(title)),
    byTitle: true,
  },
  {
    dashboard: /operations/i,
    panel: /apdex/i,
    name: 'Apdex',
    ask: (title: string) =>
      ofRequests('(countIf(duration_ms <= 100) + countIf(duration_ms <= 400)) / 2 / count() AS apdex', keyOf(title)),
    byTitle: true,
  },
  {
    dashboard: /operations/i,
    panel: /throughput|request|traffic|rate/i,
    name: 'throughput',
    ask: (title: string) => ofRequests('count()', keyOf(title)),
    byTitle: true,
  },
  { dashboard: /operations/i, panel: /event/i, name: 'events by name', ask: ofEvents },
];

/** The raw question of a panel; undefined where none is known (freshness, states of the rollups). */
export function rawQuestion(target: Target, range: Range): RawQuestion | undefined {
  const found = known.find(({ dashboard, panel }) => dashboard.test(target.dashboard) && panel.test(target.panel));
  if (!found) return undefined;
  const ask = found.byTitle ? (found.ask as (title: string) => Question)(target.panel) : (found.ask as Question);
  const asked = { ...range, target, lastDayMs: dayStart(range.toMs) - dayMs };
  const settings = "\nSETTINGS session_timezone = 'UTC'";
  return { name: found.name, exact: ask(asked, 'FINAL') + settings, plain: ask(asked, '') + settings };
}
