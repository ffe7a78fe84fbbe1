import { spokenSql, summarySql } from '../../packs/ruleText';
import type { Installation } from '../installation';
import { tableOf } from '../rollups/context';
import { firingRows } from './firings';

/**
 * The view `standing`: what stands at this moment, of installed rules. Open firings (`state` `firing`, `recovering`, `pending`) and
 * subjects that are not judged just now (`held`, `muted`): `since`, `told`; `value`, `threshold` and `why` of the last look, the
 * numbers also as text; `message`, the sentence as it is sent, of what is over but may come back with the numbers of its begin. Whatever fires comes first, the worst before.
 */
export function standingSelect(installation: Installation): string {
  const table = (name: string) => tableOf(installation, name);
  // Of a subject: its open firing (1), what was last said of it (2).
  return `WITH ${spokenSql(['value', 'threshold', 'told_value', 'told_threshold'], 'unit')} AS texts
SELECT
  rule, subject, state, since, told, value, threshold, why,
  texts[1] AS value_text, texts[2] AS threshold_text,
  ${summarySql('summary', 'subject', 'arraySlice(texts, 3)')} AS message,
  title, severity, subjects, page, panel, runbook
FROM (
  SELECT rule, subject,
    maxIf(held, part = 2) AS is_held, startsWith(anyIf(detail, part = 2), 'Muted.') AS is_muted,
    multiIf(max(part = 1), anyIf(state, part = 1), is_muted, 'muted', 'held') AS state,
    anyOrNullIf(began, part = 1) AS since, anyOrNullIf(told, part = 1) AS told,
    argMax(v, part) AS value, argMax(limit, part) AS threshold,
    if(state = 'recovering', argMin(v, part), value) AS told_value, if(state = 'recovering', argMin(limit, part), threshold) AS told_threshold,
    concat(if(max(part = 1) AND is_held AND NOT is_muted, 'Held. ', ''), argMax(detail, part)) AS why
  FROM (
    SELECT toString(rule) AS rule, subject, toUInt8(1) AS part, state, began, told, value AS v, threshold AS limit, detail, toUInt8(0) AS held
    FROM (${firingRows(installation)}) WHERE state IN ('firing', 'recovering', 'pending')
    UNION ALL
    SELECT toString(rule), subject, toUInt8(2), '', toDateTime64(0, 3, 'UTC'), NULL, value, threshold, detail, held
    FROM ${table('alerts_now')} FINAL WHERE gone = 0
  )
  GROUP BY rule, subject
  HAVING max(part = 1) OR is_held
) AS now
INNER JOIN (SELECT rule AS known, * EXCEPT rule FROM ${table('catalog_rules')}) AS rules ON known = rule
ORDER BY state IN ('held', 'muted'), indexOf(['critical', 'warning', 'info'], severity), indexOf(['firing', 'recovering', 'pending', 'held'], state), since, title, subject`;
}

/** The view `limits`: the view `thresholds` with what each number is, as text, and where it comes from (`default`, `tidemark.yaml`, `edited`). */
export function limitsSelect(installation: Installation): string {
  const table = (name: string) => tableOf(installation, name);
  const catalogue = (columns: string, where: string) =>
    `SELECT rule AS of_rule, name AS of_name, ${columns} FROM ${table('catalog_thresholds')}${where}`;
  return `SELECT rule, title, name, subject, value, ${spokenSql(['value'], 'unit')}[1] AS value_text, if(edited = 1, 'edited', origin) AS origin, description
FROM ${table('thresholds')} AS force
INNER JOIN (SELECT rule AS known, title FROM ${table('catalog_rules')}) AS rules ON known = rule
INNER JOIN (${catalogue('unit, description', " WHERE subject = ''")}) AS limits ON limits.of_rule = rule AND limits.of_name = name
LEFT JOIN (${catalogue('subject AS of_subject, origin', '')}) AS own ON own.of_rule = rule AND own.of_name = name AND own.of_subject = subject
ORDER BY title, name, subject`;
}
