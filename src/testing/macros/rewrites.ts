/** A query with statement macros and what it becomes; `⟦B x⟧` stands for the bucket of x, `⟦R x⟧` for the range on x. */
export type RewriteCase = readonly [sql: string, expected: string];

/** Queries over `e (ts, k, v, t, metric, value)` and `names (k, name)`, for one minute's buckets in UTC. */
export const rewriteCases: readonly RewriteCase[] = [
  [
    '$__columns(ts, k, count()) FROM e',
    'SELECT ⟦B ts⟧ AS t, toString(k) AS metric, count() AS value FROM e WHERE ⟦R ts⟧ GROUP BY t, metric ORDER BY t, metric',
  ],
  [
    "$__columns(ts, k AS `a key`, count() AS c) FROM e WHERE k != 'x' OR v > 1 HAVING c > 0 ORDER BY c DESC, count() LIMIT 5",
    "SELECT ⟦B ts⟧ AS t, toString(k) AS `a key`, count() AS c FROM e WHERE ⟦R ts⟧ AND (k != 'x' OR v > 1) GROUP BY t, `a key` HAVING c > 0 ORDER BY c DESC, count() LIMIT 5",
  ],
  [
    '$__columns(ts AS `time`, CASE WHEN lower(k) = k THEN k END AS who, count() visits) FROM (SELECT * FROM e)',
    'SELECT ⟦B ts⟧ AS `time`, toString(CASE WHEN lower(k) = k THEN k END) AS who, count() AS visits FROM (SELECT * FROM e) WHERE ⟦R ts⟧ GROUP BY `time`, who ORDER BY `time`, who',
  ],
  [
    '$__increaseColumns(t AS ts, CASE WHEN v > 0 THEN lower(k) END, v) FROM e WHERE ts > 0',
    'SELECT __ts AS ts, metric, if((__ts - lagInFrame(__ts, 1, __ts) OVER __series) = 0 OR (__value - lagInFrame(__value, 1, __value) OVER __series) < 0, nan, toFloat64(__value - lagInFrame(__value, 1, __value) OVER __series)) AS value FROM (SELECT ⟦B t⟧ AS __ts, toString(CASE WHEN v > 0 THEN lower(k) END) AS metric, max(v) AS __value FROM e WHERE ⟦R t⟧ AND (ts > 0) GROUP BY __ts, metric) WINDOW __series AS (PARTITION BY metric ORDER BY __ts ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) ORDER BY ts, metric',
  ],
  [
    '$__columns(t, metric, avg(value)) FROM e PREWHERE v > 0 WHERE value > 0 HAVING count() > 0 LIMIT 2 BY metric',
    'SELECT __t AS t, __metric AS metric, __value AS value FROM (SELECT ⟦B t⟧ AS __t, toString(metric) AS __metric, avg(value) AS __value FROM e PREWHERE v > 0 WHERE ⟦R t⟧ AND (value > 0) GROUP BY __t, __metric HAVING count() > 0) ORDER BY t, metric LIMIT 2 BY metric',
  ],
  [
    '$__columns(ts, k, avg(value)) FROM e HAVING value > 0 and t > 0',
    'SELECT ⟦B ts⟧ AS t, toString(k) AS metric, avg(value) AS value FROM e WHERE ⟦R ts⟧ GROUP BY t, metric HAVING value > 0 and t > 0 ORDER BY t, metric',
  ],
  [
    'with 1 as one, top as (select k from e limit 1) $__columns(e.ts, n.name, sum(v + one)) from e final any left join names AS n using k where k in top format JSONEachRow;',
    'with 1 as one, top as (select k from e limit 1) SELECT ⟦B e.ts⟧ AS t, toString(n.name) AS metric, sum(v + one) AS value from e final any left join names AS n using k where ⟦R e.ts⟧ AND (k in top) GROUP BY t, metric ORDER BY t, metric format JSONEachRow',
  ],
  [
    "$__columns(ts, k, count()) FROM e -- it's all\n# yes\nWHERE v > 0 /* ; */ OR k = '-- #' -- so\nLIMIT 3 -- ( end\n; # over",
    "SELECT ⟦B ts⟧ AS t, toString(k) AS metric, count() AS value FROM e -- it's all\n# yes\nWHERE ⟦R ts⟧ AND (v > 0 /* ; */ OR k = '-- #') GROUP BY t, metric ORDER BY t, metric -- so\nLIMIT 3 -- ( end\n # over",
  ],
  [
    "$__rateColumns(ts, k, sum(v)) FROM e WHERE k != $w$ WHERE it's $& $w$ SETTINGS max_threads = 1",
    "SELECT t, metric, if((t - lagInFrame(t, 1, t) OVER __series) = 0, nan, toFloat64(__value) / (t - lagInFrame(t, 1, t) OVER __series)) AS value FROM (SELECT ⟦B ts⟧ AS t, toString(k) AS metric, sum(v) AS __value FROM e WHERE ⟦R ts⟧ AND (k != $w$ WHERE it's $& $w$) GROUP BY t, metric) WINDOW __series AS (PARTITION BY metric ORDER BY t ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) ORDER BY t, metric SETTINGS max_threads = 1",
  ],
  [
    '$__perSecondColumns(ts, k, v AS rps) FROM e WINDOW w AS (PARTITION BY metric) QUALIFY max(rps) OVER w > 0 LIMIT 9',
    'SELECT * FROM (SELECT t, metric, if((t - lagInFrame(t, 1, t) OVER __series) = 0 OR (__rps - lagInFrame(__rps, 1, __rps) OVER __series) < 0, nan, toFloat64(__rps - lagInFrame(__rps, 1, __rps) OVER __series) / (t - lagInFrame(t, 1, t) OVER __series)) AS rps FROM (SELECT ⟦B ts⟧ AS t, toString(k) AS metric, max(v) AS __rps FROM e WHERE ⟦R ts⟧ GROUP BY t, metric) WINDOW __series AS (PARTITION BY metric ORDER BY t ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)) WINDOW w AS (PARTITION BY metric) QUALIFY max(rps) OVER w > 0 ORDER BY t, metric LIMIT 9',
  ],
  [
    '$__deltaColumns(ts, k, v) FROM e QUALIFY value > 0',
    'SELECT t, metric, if((t - lagInFrame(t, 1, t) OVER __series) = 0, nan, toFloat64(__value - lagInFrame(__value, 1, __value) OVER __series)) AS value FROM (SELECT ⟦B ts⟧ AS t, toString(k) AS metric, max(v) AS __value FROM e WHERE ⟦R ts⟧ GROUP BY t, metric) WINDOW __series AS (PARTITION BY metric ORDER BY t ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) QUALIFY value > 0 ORDER BY t, metric',
  ],
  [
    '$__deltaColumns(ts, k, v) FROM e QUALIFY row_number() OVER (PARTITION BY metric ORDER BY value DESC) < 3',
    'SELECT * FROM (SELECT t, metric, if((t - lagInFrame(t, 1, t) OVER __series) = 0, nan, toFloat64(__value - lagInFrame(__value, 1, __value) OVER __series)) AS value FROM (SELECT ⟦B ts⟧ AS t, toString(k) AS metric, max(v) AS __value FROM e WHERE ⟦R ts⟧ GROUP BY t, metric) WINDOW __series AS (PARTITION BY metric ORDER BY t ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)) QUALIFY row_number() OVER (PARTITION BY metric ORDER BY value DESC) < 3 ORDER BY t, metric',
  ],
  [
    '$__increaseColumns(ts, k, v) FROM e HAVING max(v) > 0',
    'SELECT t, metric, if((t - lagInFrame(t, 1, t) OVER __series) = 0 OR (__value - lagInFrame(__value, 1, __value) OVER __series) < 0, nan, toFloat64(__value - lagInFrame(__value, 1, __value) OVER __series)) AS value FROM (SELECT ⟦B ts⟧ AS t, toString(k) AS metric, max(v) AS __value FROM e WHERE ⟦R ts⟧ GROUP BY t, metric HAVING max(v) > 0) WINDOW __series AS (PARTITION BY metric ORDER BY t ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) ORDER BY t, metric',
  ],
  [
    '$__delta(ts, v AS a, value AS b) FROM e',
    'SELECT t, if((t - lagInFrame(t, 1, t) OVER __series) = 0, nan, toFloat64(__a - lagInFrame(__a, 1, __a) OVER __series)) AS a, if((t - lagInFrame(t, 1, t) OVER __series) = 0, nan, toFloat64(__b - lagInFrame(__b, 1, __b) OVER __series)) AS b FROM (SELECT ⟦B ts⟧ AS t, max(v) AS __a, max(value) AS __b FROM e WHERE ⟦R ts⟧ GROUP BY t) WINDOW __series AS (ORDER BY t ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) ORDER BY t',
  ],
  [
    '$__rateColumnsAggregated(ts, metric, k, quantile(0.9), count()) FROM e WINDOW w AS (ORDER BY value) QUALIFY row_number() OVER w < 9',
    'SELECT t, __metric AS metric, ifNull(quantile(0.9)(__change), nan) AS value FROM (SELECT t, __metric, if((t - lagInFrame(t, 1, t) OVER __series) = 0, NULL, toFloat64(__value) / (t - lagInFrame(t, 1, t) OVER __series)) AS __change FROM (SELECT ⟦B ts⟧ AS t, toString(metric) AS __metric, k AS __subkey, count() AS __value FROM e WHERE ⟦R ts⟧ GROUP BY t, __metric, __subkey) WINDOW __series AS (PARTITION BY __metric, __subkey ORDER BY t ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)) GROUP BY t, __metric WINDOW w AS (ORDER BY value) QUALIFY row_number() OVER w < 9 ORDER BY t, metric',
  ],
  [
    "$__lttb(10, ts, v) FROM e PREWHERE k = 'a'",
    "SELECT __point.1 AS ts, __point.2 AS v FROM (SELECT arrayJoin(lttb(10)(ts, v)) AS __point FROM e PREWHERE k = 'a' WHERE ⟦R ts⟧) ORDER BY ts",
  ],
  [
    '$__lttb(auto, toUnixTimestamp(ts), v / 2) FROM e LIMIT 3',
    'SELECT __point.1 AS x, __point.2 AS y FROM (SELECT arrayJoin(lttb(10)(toUnixTimestamp(ts), v / 2)) AS __point FROM e WHERE ⟦R toUnixTimestamp(ts)⟧) ORDER BY x LIMIT 3',
  ],
  [
    '$__lttb(5, toStartOfMinute(ts) AS minute, avg(v)) FROM e GROUP BY minute HAVING count() > 0 ORDER BY minute DESC',
    'SELECT __point.1 AS minute, __point.2 AS y FROM (SELECT arrayJoin(lttb(5)(minute, __y)) AS __point FROM (SELECT toStartOfMinute(ts) AS minute, avg(v) AS __y FROM e WHERE ⟦R toStartOfMinute(ts)⟧ GROUP BY minute HAVING count() > 0)) ORDER BY minute DESC',
  ],
  [
    '$__lttbColumns(5, ts, k, v) FROM e',
    'SELECT __point.1 AS t, metric, __point.2 AS value FROM (SELECT toString(k) AS metric, arrayJoin(lttb(5)(ts, v)) AS __point FROM e WHERE ⟦R ts⟧ GROUP BY metric) ORDER BY t, metric',
  ],
  [
    'EXPLAIN SYNTAX $__columns(ts, k, count()) FROM e',
    'EXPLAIN SYNTAX SELECT ⟦B ts⟧ AS t, toString(k) AS metric, count() AS value FROM e WHERE ⟦R ts⟧ GROUP BY t, metric ORDER BY t, metric',
  ],
  [
    'FROM e $__columns(ts, k, count()) WHERE v > 0',
    'FROM e SELECT ⟦B ts⟧ AS t, toString(k) AS metric, count() AS value WHERE ⟦R ts⟧ AND (v > 0) GROUP BY t, metric ORDER BY t, metric',
  ],
  [
    'FROM e $__increaseColumns(ts, k, v)',
    'SELECT t, metric, if((t - lagInFrame(t, 1, t) OVER __series) = 0 OR (__value - lagInFrame(__value, 1, __value) OVER __series) < 0, nan, toFloat64(__value - lagInFrame(__value, 1, __value) OVER __series)) AS value FROM (FROM e SELECT ⟦B ts⟧ AS t, toString(k) AS metric, max(v) AS __value WHERE ⟦R ts⟧ GROUP BY t, metric) WINDOW __series AS (PARTITION BY metric ORDER BY t ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) ORDER BY t, metric',
  ],
  [
    'SELECT t, sum(value) AS s FROM ($__columns(ts, k, count()) FROM e LIMIT 100) GROUP BY t ORDER BY t',
    'SELECT t, sum(value) AS s FROM (SELECT ⟦B ts⟧ AS t, toString(k) AS metric, count() AS value FROM e WHERE ⟦R ts⟧ GROUP BY t, metric ORDER BY t, metric LIMIT 100) GROUP BY t ORDER BY t',
  ],
  [
    "$__columns(ts, 'a', count()) FROM e UNION ALL ($__columns(ts, 'b', sum(v)) FROM e) SETTINGS max_threads = 1",
    "SELECT ⟦B ts⟧ AS t, toString('a') AS metric, count() AS value FROM e WHERE ⟦R ts⟧ GROUP BY t, metric ORDER BY t, metric UNION ALL (SELECT ⟦B ts⟧ AS t, toString('b') AS metric, sum(v) AS value FROM e WHERE ⟦R ts⟧ GROUP BY t, metric ORDER BY t, metric) SETTINGS max_threads = 1",
  ],
  [
    'WITH q AS ($__columns(ts, k, count()) FROM e) $__columns(t, metric, max(value)) FROM q',
    'WITH q AS (SELECT ⟦B ts⟧ AS t, toString(k) AS metric, count() AS value FROM e WHERE ⟦R ts⟧ GROUP BY t, metric ORDER BY t, metric) SELECT __t AS t, __metric AS metric, __value AS value FROM (SELECT ⟦B t⟧ AS __t, toString(metric) AS __metric, max(value) AS __value FROM q WHERE ⟦R t⟧ GROUP BY __t, __metric) ORDER BY t, metric',
  ],
  [
    '$__columns(ts, k IN (SELECT metric FROM ($__columns(ts, k, count()) FROM e)), countIf(v > 0 ? 1 : 0)) FROM e',
    'SELECT __t AS t, __metric AS metric, __value AS value FROM (SELECT ⟦B ts⟧ AS __t, toString(k IN (SELECT metric FROM (SELECT ⟦B ts⟧ AS t, toString(k) AS metric, count() AS value FROM e WHERE ⟦R ts⟧ GROUP BY t, metric ORDER BY t, metric))) AS __metric, countIf(v > 0 ? 1 : 0) AS __value FROM e WHERE ⟦R ts⟧ GROUP BY __t, __metric) ORDER BY t, metric',
  ],
  [
    "$__columns(ts, replaceRegexpOne(k, '^(.*)$', '$&$`$1') || ')', count()) FROM e WHERE k NOT LIKE '$__columns(a, b, c) FROM $''%'",
    "SELECT ⟦B ts⟧ AS t, toString(replaceRegexpOne(k, '^(.*)$', '$&$`$1') || ')') AS metric, count() AS value FROM e WHERE ⟦R ts⟧ AND (k NOT LIKE '$__columns(a, b, c) FROM $''%') GROUP BY t, metric ORDER BY t, metric",
  ],
  [
    '$__columns(ts, k, count()) FROM e WHERE $__timeGroup(ts, 1h) != ts',
    "SELECT ⟦B ts⟧ AS t, toString(k) AS metric, count() AS value FROM e WHERE ⟦R ts⟧ AND (toStartOfInterval(toDateTime(ts, 'UTC'), INTERVAL 1 HOUR, 'UTC') != ts) GROUP BY t, metric ORDER BY t, metric",
  ],
];

/** The text of a case with its shorthands written out. */
export function writtenOut(expected: string, fromSeconds: number, toSeconds: number): string {
  return expected
    .replace(/⟦B ([^⟧]+)⟧/g, (_, x: string) => `toStartOfInterval(toDateTime(${x}, 'UTC'), INTERVAL 1 MINUTE, 'UTC')`)
    .replace(
      /⟦R ([^⟧]+)⟧/g,
      (_, x: string) => `(${x} >= toDateTime(${fromSeconds}) AND ${x} <= toDateTime(${toSeconds}))`,
    );
}
