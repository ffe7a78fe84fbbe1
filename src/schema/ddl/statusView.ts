import { literal } from '../../core/sql/quote';
import { placed } from '../cluster';
import type { Installation } from '../installation';
import { pendingDays, recountedSteps, recountViewName, unfinishedDays } from '../refresh/recounts';
import type { Step } from '../refresh/steps';
import { sourceContexts } from '../refresh/steps';
import { tableOf } from '../rollups/context';
import { viewName } from './views';

/** Seconds that a watermark may be ahead of the server's clock. */
const skewSeconds = 5;

/**
 * Plain view for dashboards, alerts and doctor: how fresh each table is, what its last refresh said, which days wait to be
 * recounted. Verdicts: `failing` (the last run of a view that keeps it ended in an exception), `clock back` (the server's
 * clock stands behind the watermark), `filling` (never filled), `stale` (its watermark stands still), `catching up` (late
 * days are queued), `fresh`.
 *
 * It reads with the rights of who made it: those who may read nothing else may ask it. A table of mode *insert* has no view
 * that could fail: it is `fresh` while the marks move.
 */
export function statusView(installation: Installation, steps: readonly Step[]): string {
  const db = (n: string) => tableOf(installation, n);
  const known = steps
    .map(
      (s) =>
        `(${literal(s.name)}, ${literal(viewName(s))}, ${s.everySeconds}, ${literal(kindOf(s))}, ${literal(roleOf(s))}, ${literal(recountViewName(s))})`,
    )
    .join(', ');
  const recounted = recountedSteps(steps);
  const queues = sourceContexts(installation).flatMap((c) => {
    const { role } = c.source;
    const own = recounted.filter((r) => r.context.source.role === role);
    const days = `${pendingDays(c)} UNION DISTINCT ${unfinishedDays(c, own)}`;
    return own.length === 0
      ? []
      : [`SELECT ${literal(role)} AS role, count() AS queued, min(d) AS oldest FROM (${days})`];
  });
  const queue =
    queues.length > 0 ? queues.join(' UNION ALL ') : "SELECT '' AS role, toUInt64(0) AS queued, toDate(0) AS oldest";
  const runs = `SELECT view AS refresh, last_success_time, last_success_duration_ms, status, exception, retry FROM system.view_refreshes WHERE database = ${literal(installation.database)}`;
  const ddl = `CREATE OR REPLACE VIEW ${db('rollup_status')} DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT
  steps.name AS rollup, steps.kind AS kind, steps.every AS every_s,
  marks.hi AS hi,
  if(isNull(marks.hi), NULL, dateDiff('millisecond', assumeNotNull(marks.hi), now64(3)) / 1000) AS lag_s,
  runs.last_success_time AS last_success_time, runs.last_success_duration_ms AS last_success_duration_ms,
  runs.status AS status, if(ifNull(runs.exception, '') != '', runs.exception, ifNull(heals.exception, '')) AS exception,
  greatest(ifNull(runs.retry, 0), ifNull(heals.retry, 0)) AS retry,
  if(steps.kind = 'rollup', queue.queued, 0) AS queued_days,
  if(queued_days = 0, NULL, queue.oldest) AS oldest_queued,
  multiIf(
    exception != '', 'failing',
    isNull(marks.hi), 'filling',
    assumeNotNull(marks.hi) > now64(3) + toIntervalSecond(${skewSeconds}), 'clock back',
    dateDiff('second', assumeNotNull(marks.hi), now64(3)) > 3 * steps.every + 60, 'stale',
    queued_days > 0, 'catching up',
    'fresh') AS verdict
FROM (SELECT s.1 AS name, s.2 AS refresh, s.3 AS every, s.4 AS kind, s.5 AS role, s.6 AS heal FROM (SELECT arrayJoin([${known}]) AS s)) AS steps
LEFT JOIN (SELECT view, toNullable(max(hi)) AS hi FROM ${db('done')} GROUP BY view) AS marks ON marks.view = steps.name
LEFT JOIN (${runs}) AS runs ON runs.refresh = steps.refresh
LEFT JOIN (${runs}) AS heals ON heals.refresh = steps.heal
LEFT JOIN (${queue}) AS queue ON queue.role = steps.role
ORDER BY steps.name`;
  return placed(installation, { kind: 'view', name: 'rollup_status', ddl });
}

const kindOf = ({ of }: Step): string => (of.kind === 'ledger' || of.kind === 'late' ? of.kind : 'rollup');
const roleOf = ({ of }: Step): string => (of.kind === 'places' ? of.context.source.role : '');
