import { ident, literal } from '../../core/sql/quote';
import { onCluster, placed } from '../cluster';
import { insertedNames } from '../insert/step';
import type { Installation } from '../installation';
import { driftSelect } from '../refresh/drift';
import { recountSeconds } from '../refresh/pace';
import { provenSpan } from '../refresh/progress';
import type { RecountedStep } from '../refresh/recounts';
import { healSelect, nextBatchSelect, recountedSteps, recountsViewName, recountViewName } from '../refresh/recounts';
import { statementSettings } from '../refresh/settings';
import type { Step } from '../refresh/steps';
import { sourceContexts } from '../refresh/steps';
import { tableOf } from '../rollups/context';

/** Name of the refreshable view that keeps a step's table. */
export const viewName = (step: { readonly name: string }): string => `${step.name}_v`;

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

/** A view that appends to a table of the installation. */
export function refreshable(
  installation: Installation,
  view: string,
  when: string,
  target: string,
  select: string,
): string {
  const name = (n: string) => tableOf(installation, n);
  const ddl = `CREATE MATERIALIZED VIEW IF NOT EXISTS ${name(view)}\n${when} APPEND TO ${name(target)} AS\n${select}`;
  return placed(installation, { kind: 'refresh', name: view, ddl });
}

/** Stage 0: writes the watermark up to which rows are taken for visible, D seconds ago. */
export function tickView(installation: Installation): string {
  const select = `SELECT now64(3) AS at, now64(3) - toIntervalSecond(${installation.delaySeconds}) AS hi`;
  return refreshable(installation, 'tick_v', schedule(installation.everySeconds, 0), 'tick', select);
}

/** The refreshable view of a step. */
export function stepView(installation: Installation, step: Step): string {
  const select = step.select(provenSpan(installation, step), step.table);
  const when = schedule(step.everySeconds, step.stage);
  return refreshable(
    installation,
    viewName(step),
    when,
    step.table,
    `${select}\n${statementSettings(installation, step)}`,
  );
}

/**
 * Seconds back in which a run's marks are looked for, at least, and in periods of the slowest step. A watermark that is older counts
 * when its upstream goes on: reading all marks of a day, and ticks of a week, takes five times as long.
 */
const markSeconds = 3600;
const markPeriods = 4;

/**
 * Writes down which watermarks are proven: a step's last good run began after the watermark of its upstream was written,
 * so it has used it. A view that fails, or was never run since the server started, proves nothing and keeps its old mark.
 * A table of mode *insert* that is whole (it has a mark) holds all that is visible.
 */
export function doneView(installation: Installation, steps: readonly Step[]): string {
  const db = (n: string) => tableOf(installation, n);
  const inserted = insertedNames(steps);
  const known = steps
    .filter((s) => !inserted.includes(s.name))
    .flatMap((s) => {
      const bounds = [s.upstream, ...(s.beside === undefined ? [] : [s.beside])];
      return bounds.map((bound) => `(${[s.name, viewName(s), bound].map(literal).join(', ')}, ${bounds.length})`);
    })
    .join(', ');
  const since = Math.max(markSeconds, ...steps.map((s) => markPeriods * s.everySeconds));
  const recent = `at > now() - toIntervalSecond(${since})`;
  const perBound = `SELECT steps.name AS name, steps.bounds AS bounds, max(marks.hi) AS mark
  FROM (SELECT s.1 AS name, s.2 AS refresh, s.3 AS upstream, s.4 AS bounds FROM (SELECT arrayJoin([${known}]) AS s)) AS steps
  INNER JOIN (SELECT 'tick' AS upstream, at, hi FROM ${db('tick')} WHERE ${recent} UNION ALL SELECT view AS upstream, at, hi FROM ${db('done')} WHERE ${recent}) AS marks ON marks.upstream = steps.upstream
  INNER JOIN (SELECT view AS refresh, toDateTime64(last_success_time, 3) AS began FROM system.view_refreshes WHERE database = ${literal(installation.database)} AND isNotNull(last_success_time)) AS runs ON runs.refresh = steps.refresh
  WHERE marks.at < runs.began
  GROUP BY steps.name, steps.bounds, steps.upstream`;
  // Of a step with two bounds the lesser one is proven, once both have a mark.
  const refreshed = `SELECT name AS view, min(mark) AS hi FROM (${perBound}) GROUP BY name, bounds HAVING count() = bounds`;
  const whole = `SELECT DISTINCT toString(view) AS view, (SELECT max(hi) FROM ${db('tick')}) AS hi FROM ${db('done')} WHERE view IN (${inserted.map(literal).join(', ')})`;
  const kept = [...(known === '' ? [] : [refreshed]), ...(inserted.length === 0 ? [] : [whole])];
  // Where no role is mapped nothing is kept: only pipelines are watched.
  const branches = kept.length > 0 ? kept : ["SELECT '' AS view, toDateTime64(0, 3) AS hi WHERE 0"];
  const select = `SELECT view, hi, now64(3) AS at FROM
(
  ${branches.join('\n  UNION ALL\n  ')}
) AS proven
LEFT JOIN (SELECT view AS known_view, max(hi) AS known FROM ${db('done')} GROUP BY view) AS before ON before.known_view = proven.view
WHERE hi > known`;
  return refreshable(installation, 'done_v', schedule(installation.everySeconds, doneStage), 'done', select);
}

interface NamedView {
  readonly name: string;
  readonly ddl: string;
  /** Tables whose making anew makes the view anew, where they are not told by its name. */
  readonly follows?: readonly string[];
}

/**
 * The views that recount days whole from the source: per role one that chooses the next days (queued late ones, else the
 * sweep's next), per table one that mends it on those days, and one that writes down how much a sweep mended: the drift.
 * They begin in odd seconds, away from the refreshes of the full period.
 */
export function recountViews(installation: Installation, steps: readonly Step[]): readonly NamedView[] {
  const recounted = recountedSteps(steps);
  if (recounted.length === 0) return [];
  const every = recountSeconds(installation);
  const at = (second: number) => `REFRESH EVERY ${every} SECOND OFFSET ${Math.min(second, every - 1)} SECOND`;
  const view = (name: string, when: string, target: string, select: string): NamedView => ({
    name,
    ddl: refreshable(installation, name, when, target, select),
  });
  const contexts = sourceContexts(installation).filter((c) =>
    recounted.some((r) => r.context.source.role === c.source.role),
  );
  const heal = (r: RecountedStep) => `${healSelect(installation, r)}\n${statementSettings(installation, r.step)}`;
  return [
    ...recounted.map((r) => view(recountViewName(r.step), at(11), r.step.table, heal(r))),
    // After those that work: no day is taken off the queue before each table has its view.
    ...contexts.map((c) => ({
      ...view(recountsViewName(c.source), at(9), 'recounts', nextBatchSelect(c, recounted)),
      follows: recounted.filter((r) => r.context.source.role === c.source.role).map((r) => r.step.name),
    })),
    view(
      'drift_v',
      `REFRESH EVERY ${driftSeconds} SECOND OFFSET 24 SECOND`,
      'drift',
      driftSelect(installation, recounted),
    ),
  ];
}

/** Seconds between two looks at what sweeps mended: a statement over all tables, which takes ten times what one of them does. */
const driftSeconds = 300;

/** Seconds between two looks at the refresh history. */
const logSeconds = 60;

/** Own history of the refreshes: the server keeps only the last of each view, and that in memory. */
export function logView(installation: Installation): string {
  const log = tableOf(installation, 'refresh_log');
  const select = `SELECT now64(3) AS at, view, assumeNotNull(last_refresh_time) AS started, ifNull(last_success_duration_ms, 0) AS duration_ms,
  toUInt8(exception = '') AS ok, exception, retry, read_rows, read_bytes, written_rows
FROM system.view_refreshes
WHERE database = ${literal(installation.database)} AND isNotNull(last_refresh_time)
  AND (view, assumeNotNull(last_refresh_time)) NOT IN (SELECT view, max(started) FROM ${log} GROUP BY view)`;
  return refreshable(
    installation,
    'refresh_log_v',
    `REFRESH EVERY ${logSeconds} SECOND OFFSET 43 SECOND`,
    'refresh_log',
    select,
  );
}

/** DROP of a step's view, for a rebuild. */
export function dropView(installation: Installation, name: string): string {
  return `DROP VIEW IF EXISTS ${ident(installation.database)}.${ident(name)}${onCluster(installation)}`;
}
