import { spokenSql } from '../../packs/ruleText';
import type { Installation } from '../installation';
import { tableOf } from '../rollups/context';

/** SELECT of the changes of what rules say: those that were seen (`replayed` 0), and those that a replay found while nobody looked. */
export function changesSelect(installation: Installation, columns: readonly string[]): string {
  const from = (table: string, replayed: 0 | 1) =>
    `SELECT ${columns.join(', ')}, toUInt8(${replayed}) AS replayed FROM ${tableOf(installation, table)}`;
  return `${from('alerts_log', 0)} UNION ALL ${from('alerts_replayed', 1)}`;
}

const moment = (sql: string) => `toDateTime64(${sql}, 3, 'UTC')`;

/**
 * The view `firings`: the history of the alerts, a row for each time that a rule found something of a subject.
 *
 * - `began`; `ended`, when it was no longer so (NULL while it is); `told`, when it had been so for the rule's `for` (NULL where it
 *   never was: nobody heard of it); `resolved`, when it had been over for its *keep firing for* (NULL before).
 * - `state`: `pending`, `firing`, `recovering` (over, not yet resolved), `over`, `brief` (over before anybody was told).
 * - `value`, `threshold`, `detail` as they were when it began, the numbers also as text; `replayed`: nobody looked then.
 * - `title`, `severity`, `page` (whose panel it watches) of the rule, where it is installed.
 *
 * What begins again before it was resolved is the same firing. episodes.ts says the same in TypeScript; a test holds them together.
 */
export function firingsSelect(installation: Installation): string {
  return `SELECT * EXCEPT (texts, unit), texts[1] AS value_text, texts[2] AS threshold_text
FROM (
SELECT *, ${spokenSql(['value', 'threshold'], 'unit')} AS texts
FROM (${firingRows(installation)})
)`;
}

/** The rows of {@link firingsSelect} without texts, and with the `unit` of their numbers. */
export function firingRows(installation: Installation): string {
  const changes = changesSelect(installation, ['rule', 'subject', 'at', 'firing', 'value', 'threshold', 'detail']);
  const before = 'PARTITION BY rule, subject ORDER BY at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW';
  const after = 'PARTITION BY rule, subject ORDER BY at ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING';
  return `SELECT rule, subject, began,
  if(is_told, began + toIntervalSecond(for_s), NULL) AS told,
  if(is_open, NULL, last) AS ended,
  if(is_told AND NOT is_open AND last + toIntervalSecond(keep_s) <= now64(3), last + toIntervalSecond(keep_s), NULL) AS resolved,
  multiIf(NOT is_told, if(is_open, 'pending', 'brief'), is_open, 'firing', isNull(resolved), 'recovering', 'over') AS state,
  said.1 AS value, said.2 AS threshold, said.3 AS detail, said.4 AS replayed,
  if(title = '', rule, title) AS title, severity, page, unit
FROM (
  SELECT rule, subject, island, any(for_s) AS for_s, any(keep_s) AS keep_s,
    any(title) AS title, any(severity) AS severity, any(page) AS page, any(unit) AS unit,
    max(is_long) AS is_told, max(isNull(ends)) AS is_open,
    ${moment('if(is_told, minIf(at, is_long), min(at))')} AS began,
    ${moment('max(ends)')} AS last,
    argMin((value, threshold, detail, replayed), (NOT is_long, at)) AS said
  FROM (
    SELECT *, sum(is_new) OVER (${before}) AS island
    FROM (
      SELECT *,
        dateDiff('millisecond', at, ifNull(ends, now64(3))) >= 1000 * for_s AS is_long,
        isNull(ended_before) OR at > assumeNotNull(ended_before) + toIntervalSecond(keep_s) AS is_new
      FROM (
        SELECT *, lagInFrame(ends) OVER (${before}) AS ended_before
        FROM (
          SELECT *, leadInFrame(toNullable(at)) OVER (${after}) AS ends
          FROM (
            SELECT *, lagInFrame(firing, 1, 0) OVER (${before}) AS was FROM (${changes})
          )
          WHERE firing != was
        )
        WHERE firing = 1
      ) AS spans
      LEFT JOIN (
        SELECT rule AS known, for_s, keep_s, title, severity, page, unit FROM ${tableOf(installation, 'catalog_rules')}
      ) AS rules ON known = rule
    )
  )
  GROUP BY rule, subject, island
)`;
}
