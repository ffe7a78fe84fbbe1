import { literal } from '../../core/sql/quote';
import { placed } from '../cluster';
import type { Installation } from '../installation';
import { recountedSteps, recountViewName } from '../refresh/recounts';
import type { RecountedStep } from '../refresh/recounts';
import type { Step } from '../refresh/steps';
import { waitingSelect } from '../refresh/waiting';
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
 *
 * Every dashboard begins with it, so it has to be cheap: what is known of a table comes from one union that is grouped by its
 * name. The same by joins, with a query per role, took three times as long, nearly all of it to plan the statement.
 */
export function statusView(installation: Installation, steps: readonly Step[]): string {
  const recounted = recountedSteps(steps);
  const facts = [
    knownFacts(steps, recounted),
    markFacts(installation),
    runFacts(installation),
    ...(recounted.length > 0 ? [queueFacts(installation, recounted)] : []),
  ];
  const ddl = `CREATE OR REPLACE VIEW ${tableOf(installation, 'rollup_status')} DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT
  tm_name AS rollup, tm_kind AS kind, tm_every AS every_s,
  tm_hi AS hi,
  if(isNull(hi), NULL, dateDiff('millisecond', assumeNotNull(hi), now64(3)) / 1000) AS lag_s,
  tm_run.1 AS last_success_time, tm_run.2 AS last_success_duration_ms, tm_run.3 AS status,
  if(tm_run.4 != '', tm_run.4, tm_heal.1) AS exception,
  greatest(tm_run.5, tm_heal.2) AS retry,
  tm_queue.1 AS queued_days,
  if(queued_days = 0, NULL, tm_queue.2) AS oldest_queued,
  multiIf(
    exception != '', 'failing',
    isNull(hi), 'filling',
    assumeNotNull(hi) > now64(3) + toIntervalSecond(${skewSeconds}), 'clock back',
    dateDiff('second', assumeNotNull(hi), now64(3)) > 3 * every_s + 60, 'stale',
    queued_days > 0, 'catching up',
    'fresh') AS verdict
FROM (
  SELECT tm_name, max(tm_step.1) AS tm_kind, max(tm_step.2) AS tm_every, max(tm_mark) AS tm_hi, argMax(tm_refresh, tm_refresh.3 != '') AS tm_run,
    if(max(tm_step.3) = 1, max(tm_mending), ('', toUInt64(0))) AS tm_heal, max(tm_waits) AS tm_queue
  FROM (
${facts.join('\n    UNION ALL\n')}
  )
  GROUP BY tm_name
  HAVING tm_kind != ''
)
ORDER BY rollup`;
  return placed(installation, { kind: 'view', name: 'rollup_status', ddl });
}

/** What a branch of the union tells of a table; the rest is nothing. Each is SQL; the greatest of each counts. */
interface Fact {
  readonly name: string;
  /** Kind, period in seconds, whether it is recounted. */
  readonly step?: string;
  readonly mark?: string;
  /** What its refresh said: time, duration, status, exception, retries. */
  readonly refresh?: string;
  /** What the view said that recounts it: exception, retries. */
  readonly mending?: string;
  /** Days that wait, the oldest of them. */
  readonly waits?: string;
}

const types = {
  step: 'Tuple(String, UInt32, UInt8)',
  mark: 'Nullable(DateTime64(3))',
  refresh: 'Tuple(Nullable(DateTime), Nullable(UInt64), String, String, UInt64)',
  mending: 'Tuple(String, UInt64)',
  waits: 'Tuple(UInt64, Date)',
} as const;
const nothing = {
  step: "('', 0, 0)",
  mark: 'NULL',
  refresh: "(NULL, NULL, '', '', 0)",
  mending: "('', 0)",
  waits: '(0, toDate(0))',
} as const;

const factSelect = (fact: Fact, rest: string): string => {
  const column = (name: keyof typeof types) => `CAST(${fact[name] ?? nothing[name]}, '${types[name]}') AS tm_${name}`;
  return `    SELECT ${fact.name} AS tm_name, ${(Object.keys(types) as (keyof typeof types)[]).map(column).join(', ')}\n    ${rest}`;
};

function knownFacts(steps: readonly Step[], recounted: readonly RecountedStep[]): string {
  const known = steps.map(
    (step) =>
      `(${literal(step.name)}, ${literal(kindOf(step))}, ${step.everySeconds}, ${recounted.some((r) => r.step === step) ? 1 : 0})`,
  );
  const rows = `[${known.join(', ')}]::Array(Tuple(String, String, UInt32, UInt8))`;
  return factSelect({ name: 's.1', step: '(s.2, s.3, s.4)' }, `FROM (SELECT arrayJoin(${rows}) AS s)`);
}

const markFacts = (installation: Installation): string =>
  factSelect(
    { name: 'tm_view', mark: 'tm_greatest' },
    `FROM (SELECT toString(view) AS tm_view, max(hi) AS tm_greatest FROM ${tableOf(installation, 'done')} GROUP BY view)`,
  );

/** Each view is told of twice: as the refresh of the table that its name begins with, and as what recounts it. */
function runFacts(installation: Installation): string {
  const ends = [viewName, recountViewName].map((of) => of({ name: '' }));
  return factSelect(
    {
      name: 'substring(view, 1, length(view) - length(tm_end))',
      refresh: `if(tm_end = ${literal(ends[0]!)}, (last_success_time, last_success_duration_ms, status, exception, retry), ${nothing.refresh})`,
      mending: `if(tm_end = ${literal(ends[1]!)}, (exception, retry), ${nothing.mending})`,
    },
    `FROM system.view_refreshes ARRAY JOIN [${ends.map((end) => literal(end)).join(', ')}] AS tm_end WHERE database = ${literal(installation.database)} AND endsWith(view, tm_end)`,
  );
}

/** Days that wait, told of each table of the role that is recounted. */
function queueFacts(installation: Installation, recounted: readonly RecountedStep[]): string {
  const roles = [...new Set(recounted.map((r) => r.context.source.role))];
  const names = roles.flatMap((role) => {
    const own = recounted.filter((r) => r.context.source.role === role);
    return [literal(role), `[${own.map((r) => literal(r.step.name)).join(', ')}]`];
  });
  return factSelect(
    { name: `arrayJoin(map(${names.join(', ')})[role])`, waits: '(days, oldest)' },
    `FROM (\n${waitingSelect(installation, recounted)}\n    )`,
  );
}

const kindOf = ({ of }: Step): string => (of.kind === 'ledger' || of.kind === 'late' ? of.kind : 'rollup');
