import { literal } from '../../core/sql/quote';
import { changesSelect } from './firings';
import { placed } from '../cluster';
import { refreshable } from '../ddl/views';
import type { Installation } from '../installation';
import { tableOf } from '../rollups/context';
import { installedRules } from './installed';
import { alertView, watchSeconds, watchView } from './names';

interface NamedView {
  readonly name: string;
  readonly ddl: string;
}

/**
 * The history of the alerts: per rule a view that once a minute writes what its alert view says to `alerts_now` (a subject that is
 * told of no more ends), and one that writes each change of `firing` to `alerts_log`. Rules begin in seconds of their own.
 */
export function watchViews(installation: Installation): readonly NamedView[] {
  const now = tableOf(installation, 'alerts_now');
  return installedRules(installation).map((rule, i) => {
    const select = `SELECT ${literal(rule.name)} AS rule, subject, now64(3) AS at, tm_said.1 AS firing, tm_said.2 AS held, tm_said.3 AS value, tm_said.4 AS threshold,
  tm_said.5 AS as_of, tm_said.6 AS detail, tm_gone AS gone
FROM (
  SELECT subject, argMin(tm_row, tm_order) AS tm_said, min(tm_order) AS tm_gone
  FROM (
    SELECT subject, (toUInt8(firing), toUInt8(held), value, threshold, as_of, detail) AS tm_row, toUInt8(0) AS tm_order FROM ${tableOf(installation, alertView(rule))}
    UNION ALL
    SELECT subject, (toUInt8(0), toUInt8(0), value, threshold, as_of, 'Not told of any more.') AS tm_row, toUInt8(1) AS tm_order
    FROM ${now} FINAL WHERE rule = ${literal(rule.name)} AND gone = 0
  )
  GROUP BY subject
)`;
    const when = `REFRESH EVERY ${watchSeconds} SECOND OFFSET ${(2 * i + 1) % watchSeconds} SECOND`;
    return { name: watchView(rule), ddl: refreshable(installation, watchView(rule), when, 'alerts_now', select) };
  });
}

/**
 * The view that writes changes: fed by each insert into `alerts_now`. Held subjects keep their last state. What was replayed counts
 * as state too: an alert that a replay found firing when the looks began ends with the look that finds it over.
 */
export function alertLogView(installation: Installation): NamedView {
  const name = 'alerts_log_mv';
  const log = tableOf(installation, 'alerts_log');
  const ddl = `CREATE MATERIALIZED VIEW IF NOT EXISTS ${tableOf(installation, name)}
TO ${log} AS
SELECT rule, subject, at, firing, held, value, threshold, as_of, detail
FROM ${tableOf(installation, 'alerts_now')} AS said
LEFT JOIN (
  SELECT rule AS tm_rule, subject AS tm_subject, argMax(firing, at) AS tm_was
  FROM (${changesSelect(installation, ['rule', 'subject', 'at', 'firing'])})
  GROUP BY rule, subject
) AS before
  ON tm_rule = rule AND tm_subject = subject
WHERE held = 0 AND firing != tm_was`;
  return { name, ddl: placed(installation, { kind: 'refresh', name, ddl }) };
}
