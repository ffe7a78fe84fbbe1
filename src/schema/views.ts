import { ident, literal, qualified } from '../core/sql/quote';
import type { Installation } from './installation';
import type { Step } from './steps';
import { provenSpan } from './steps';
import { driftSelect, healSelect, nextDaySelect, sweepSeconds, sweptSteps } from './sweep';

/** Name of the refreshable view that keeps a step's table. */
export const viewName = (step: { readonly name: string }): string => `${step.name}_v`;

/** Name of the refreshable view that heals a step's table. */
export const sweepViewName = (step: { readonly name: string }): string => `${step.name}_sweep_v`;

/** Stage of the view that writes down what is proven; ledgers come before it, their rollups after it. */
const doneStage = 2;

/**
 * When within its period a view starts. The stages start one second after another, so that a run which begins in a later
 * second than a watermark was written has seen it: `system.view_refreshes` tells whole seconds only.
 */
function schedule(everySeconds: number, stage: number): string {
  const offset = Math.min(stage, everySeconds - 1);
  return `REFRESH EVERY ${everySeconds} SECOND${offset > 0 ? ` OFFSET ${offset} SECOND` : ''}`;
}

function refreshable(installation: Installation, view: string, when: string, target: string, select: string): string {
  const name = (n: string) => qualified(`${installation.database}.${n}`);
  return `CREATE MATERIALIZED VIEW IF NOT EXISTS ${name(view)}\n${when} APPEND TO ${name(target)} AS\n${select}`;
}

/** Stage 0: writes the watermark up to which rows are taken for visible, D seconds ago. */
export function tickView(installation: Installation): string {
  const select = `SELECT now64(3) AS at, now64(3) - toIntervalSecond(${installation.delaySeconds}) AS hi`;
  return refreshable(installation, 'tick_v', schedule(installation.everySeconds, 0), 'tick', select);
}

/** The refreshable view of a step. */
export function stepView(installation: Installation, step: Step): string {
  const select = step.select(provenSpan(installation, step), step.name);
  const settings = 'SETTINGS max_partitions_per_insert_block = 0, enable_shared_storage_snapshot_in_query = 1';
  return refreshable(
    installation,
    viewName(step),
    schedule(step.everySeconds, step.stage),
    step.name,
    `${select}\n${settings}`,
  );
}

/**
 * Writes down which watermarks are proven: a step's last good run began after the watermark of its upstream was written,
 * so it has used it. A view that fails, or was never run since the server started, proves nothing and keeps its old mark.
 */
export function doneView(installation: Installation, steps: readonly Step[]): string {
  const db = (n: string) => qualified(`${installation.database}.${n}`);
  const known = steps.map((s) => `(${[s.name, viewName(s), s.upstream].map(literal).join(', ')})`).join(', ');
  const select = `SELECT view, hi, now64(3) AS at FROM
(
  SELECT steps.name AS view, max(marks.hi) AS hi
  FROM (SELECT s.1 AS name, s.2 AS refresh, s.3 AS upstream FROM (SELECT arrayJoin([${known}]) AS s)) AS steps
  INNER JOIN (SELECT 'tick' AS upstream, at, hi FROM ${db('tick')} UNION ALL SELECT view AS upstream, at, hi FROM ${db('done')}) AS marks ON marks.upstream = steps.upstream
  INNER JOIN (SELECT view AS refresh, toDateTime64(last_success_time, 3) AS began FROM system.view_refreshes WHERE database = ${literal(installation.database)} AND isNotNull(last_success_time)) AS runs ON runs.refresh = steps.refresh
  WHERE marks.at < runs.began
  GROUP BY steps.name
) AS proven
LEFT JOIN (SELECT view AS known_view, max(hi) AS known FROM ${db('done')} GROUP BY view) AS before ON before.known_view = proven.view
WHERE hi > known`;
  return refreshable(installation, 'done_v', schedule(installation.everySeconds, doneStage), 'done', select);
}

/**
 * The sweep: each minute one old day of every rollup is recounted from the source, and only what differs is written. What it
 * wrote is the drift number. It begins in the middle of the minute, away from the refreshes of the full minute.
 */
export function sweepViews(
  installation: Installation,
  steps: readonly Step[],
): readonly { name: string; ddl: string }[] {
  const swept = sweptSteps(steps);
  if (swept.length === 0) return [];
  const at = (second: number) => `REFRESH EVERY ${sweepSeconds} SECOND OFFSET ${second} SECOND`;
  const view = (name: string, when: string, target: string, select: string) => ({
    name,
    ddl: refreshable(installation, name, when, target, select),
  });
  return [
    view('sweep_days_v', at(20), 'sweep_days', nextDaySelect(installation, swept)),
    ...swept.map((s) => view(sweepViewName(s.step), at(22), s.step.name, healSelect(installation, s))),
    view('drift_v', at(24), 'drift', driftSelect(installation, swept)),
  ];
}

/** Plain view for dashboards and doctor: how fresh each rollup is, and what its last refresh said. */
export function statusView(installation: Installation, steps: readonly Step[]): string {
  const db = (n: string) => qualified(`${installation.database}.${n}`);
  const known = steps
    .map((s) => `(${literal(s.name)}, ${literal(viewName(s))}, ${s.everySeconds}, ${literal(s.of.kind)})`)
    .join(', ');
  return `CREATE OR REPLACE VIEW ${db('rollup_status')} AS
SELECT
  steps.name AS rollup, steps.kind AS kind, steps.every AS every_s,
  marks.hi AS hi,
  if(isNull(marks.hi), NULL, dateDiff('millisecond', assumeNotNull(marks.hi), now64(3)) / 1000) AS lag_s,
  runs.last_success_time AS last_success_time, runs.last_success_duration_ms AS last_success_duration_ms,
  runs.status AS status, runs.exception AS exception, runs.retry AS retry,
  multiIf(
    ifNull(runs.exception, '') != '', 'failing',
    isNull(marks.hi), 'filling',
    dateDiff('second', assumeNotNull(marks.hi), now64(3)) > 3 * steps.every + 60, 'stale',
    'fresh') AS verdict
FROM (SELECT s.1 AS name, s.2 AS refresh, s.3 AS every, s.4 AS kind FROM (SELECT arrayJoin([${known}]) AS s)) AS steps
LEFT JOIN (SELECT view, toNullable(max(hi)) AS hi FROM ${db('done')} GROUP BY view) AS marks ON marks.view = steps.name
LEFT JOIN (SELECT view AS refresh, last_success_time, last_success_duration_ms, status, exception, retry FROM system.view_refreshes WHERE database = ${literal(installation.database)}) AS runs ON runs.refresh = steps.refresh
ORDER BY steps.name`;
}

/** DROP of a step's view, for a rebuild. */
export function dropView(installation: Installation, name: string): string {
  return `DROP VIEW IF EXISTS ${ident(installation.database)}.${ident(name)}`;
}
