import type { RuleKit } from '../../rule';

/** What rules about refreshes read, beside the server's own table. */
export const refreshTables = ['view_refreshes'] as const;

/**
 * Sub-query: each refreshable view that migrate made, those that keep no rollup too. `view`; `every_s`; `made_at`; `there` (0: the
 * server does not know it any more); `status`, `exception`, `retry`; `started`, `ended` of its last good run, `ran`:
 * whether there was any; `tried_at` (NULL until it was tried since the server's start), `next_at`.
 *
 * The server forgets with a restart what ran before: then its last good run is the one in `refresh_log`.
 */
export function refreshViews(kit: RuleKit): string {
  const never = "toDateTime64(0, 3, 'UTC')";
  const utc = (sql: string) => `ifNull(toDateTime64(${sql}, 3, 'UTC'), ${never})`;
  const told = `SELECT view, status, exception, retry, last_success_time, last_success_duration_ms, last_refresh_time, next_refresh_time FROM ${kit.system('view_refreshes')} WHERE database = ${kit.database}`;
  return `(
  SELECT made.view AS view, every_s, made_at, told.view != '' AS there, told.status AS status, told.exception AS exception, told.retry AS retry,
    greatest(${utc('told.last_success_time')}, logged.started) AS started, started > ${never} AS ran,
    greatest(${utc('told.last_success_time')} + toIntervalMillisecond(ifNull(told.last_success_duration_ms, 0)), logged.started) AS ended,
    toDateTime64(told.last_refresh_time, 3, 'UTC') AS tried_at, toDateTime64(told.next_refresh_time, 3, 'UTC') AS next_at
  FROM ${madeViews(kit)} AS made
  LEFT JOIN (${told}) AS told ON told.view = made.view
  LEFT JOIN (
    SELECT toString(view) AS view, toDateTime64(max(started), 3, 'UTC') AS started
    FROM ${kit.table('refresh_log')} WHERE ok = 1 GROUP BY view
  ) AS logged ON logged.view = made.view
)`;
}

/** Sub-query: `view`, `every_s`, `made_at` of each refreshable view that migrate made. */
export const madeViews = (kit: RuleKit): string => `(
    SELECT name AS view, toUInt32OrZero(tm_every[1]) * transform(tm_every[2], ['SECOND', 'MINUTE', 'HOUR', 'DAY'], [1, 60, 3600, 86400], 0) AS every_s,
      toDateTime64(applied_at, 3, 'UTC') AS made_at, extractGroups(ddl, 'REFRESH EVERY (\\\\d+) ([A-Z]+)') AS tm_every
    FROM ${kit.table('schema_objects')} FINAL WHERE kind = 'refresh' AND every_s > 0
  )`;

/** What went wrong, short enough for a message: without code, version and the statement that it repeats. */
export const causeSql = (exception: string): string =>
  `substringUTF8(replaceRegexpAll(splitByChar('\\n', replaceRegexpOne(${exception}, '^Code: \\\\d+\\\\. DB::Exception: ', ''))[1], '(,? ?Stack trace.*|\\\\s*\\\\(version [^)]*\\\\).*|:? While (executing|processing) .*)$', ''), 1, 240)`;
