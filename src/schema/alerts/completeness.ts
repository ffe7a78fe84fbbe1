import { literal } from '../../core/sql/quote';
import type { PipelineConfig } from '../../config/collectConfig';
import type { RoleName } from '../../core/model';
import type { Installation } from '../installation';
import { installedRollups } from '../rollups/installed';
import { tableOf } from '../rollups/context';

/** Days back in which the newest beat of a pipeline is searched for; what is older is as good as never. */
const beatDays = 2;

/** Where nothing limits it: later than any clock. */
const never = "toDateTime64('2200-01-01 00:00:00', 3, 'UTC')";

/**
 * SELECT of the view `completeness`: `rollup`, `role`, `until` (up to where it is complete; 1970 where it was never filled), `pipeline`
 * (the one that holds it back; empty: none does). A row for every rollup. A rollup has what its source had, and the source what replication
 * brought: so it is complete no further than the newest beat that came through the pipeline of its role. A beat that nobody sees proves
 * nothing, so while the collector is away nothing gets complete.
 */
export function completenessSelect(installation: Installation): string {
  const rows = installedRollups(installation).map((r) => `(${literal(r.rollup.name)}, ${literal(r.role)})`);
  const known = `SELECT known.1 AS rollup, known.2 AS role, toDateTime64(marks.hi, 3, 'UTC') AS filled
  FROM (SELECT arrayJoin([${rows.join(', ')}]::Array(Tuple(String, String))) AS known) AS rollups
  LEFT JOIN (SELECT view, max(hi) AS hi FROM ${tableOf(installation, 'done')} GROUP BY view) AS marks ON marks.view = known.1`;
  const fed = feeds(installation);
  if (fed.length === 0) return `SELECT rollup, role, filled AS until, '' AS pipeline\nFROM (${known})`;
  const pairs = fed.map(({ role, pipeline }) => `(${literal(role)}, ${literal(pipeline)})`).join(', ');
  return `SELECT rollup, role, least(filled, if(feeds.pipeline = '', ${never}, feeds.proven)) AS until, if(feeds.proven < filled, feeds.pipeline, '') AS pipeline
FROM (${known}) AS filled
LEFT JOIN (
  SELECT fed.1 AS role, min(beats.proven) AS proven, argMin(fed.2, beats.proven) AS pipeline
  FROM (SELECT arrayJoin([${pairs}]::Array(Tuple(String, String))) AS fed) AS pairs
  LEFT JOIN (${beats(installation)}) AS beats ON beats.pipeline = fed.2
  GROUP BY role
) AS feeds ON feeds.role = filled.role`;
}

/**
 * Scalar sub-query of the instant (DateTime64(3, 'UTC')) up to which all of the named rollups are complete; 1970 where one was never filled
 * or is not installed. Asks the view, or what stands for it; where no pipeline feeds them, only the marks that it is made of, which takes
 * a third of the planning.
 */
export function completeUntilSql(installation: Installation, rollups: readonly string[], view?: string): string {
  const names = rollups.map(literal).join(', ');
  const least = (until: string) => `if(count() < ${rollups.length}, toDateTime64(0, 3, 'UTC'), ${until})`;
  const fed = feeds(installation).map(({ role }) => role);
  const isFed = installedRollups(installation).some((r) => rollups.includes(r.rollup.name) && fed.includes(r.role));
  if (view !== undefined || isFed)
    return `(SELECT ${least('min(until)')} FROM ${view ?? tableOf(installation, 'completeness')} WHERE rollup IN (${names}))`;
  const marks = `SELECT max(hi) AS hi FROM ${tableOf(installation, 'done')} WHERE view IN (${names}) GROUP BY view`;
  return `(SELECT ${least("toDateTime64(min(hi), 3, 'UTC')")} FROM (${marks}))`;
}

/**
 * Up to when everything that Postgres wrote is in ClickHouse, by the clock of ClickHouse: the newest beat there. Its age is known by one
 * clock, so nothing is wrong where those of Postgres and of the collector differ.
 */
const beats = (installation: Installation): string => `SELECT toString(pipeline) AS pipeline,
    argMax(if(isNull(age_s), toDateTime64(0, 3, 'UTC'), at + toIntervalMillisecond(toInt64(ifNull(target_skew_ms, 0) - 1000 * ifNull(age_s, 0)))), at) AS proven
  FROM ${tableOf(installation, 'health_heartbeat')} WHERE at > now64(3, 'UTC') - toIntervalDay(${beatDays})
  GROUP BY pipeline`;

/** Which pipeline feeds which role: those with a heartbeat, which alone can prove how far they are. */
export function feeds({ pipelines, sources, sections }: Installation): readonly { role: RoleName; pipeline: string }[] {
  if (!sections.includes('collect')) return [];
  // Refunds that are made of orders come with them.
  const derived = sources.refunds !== undefined && sources.refunds.table === sources.orders?.table;
  const rolesOf = ({ roles }: PipelineConfig): readonly RoleName[] =>
    derived && roles.includes('orders') ? [...new Set<RoleName>([...roles, 'refunds'])] : roles;
  return pipelines.flatMap((pipeline) =>
    pipeline.heartbeat ? rolesOf(pipeline).map((role) => ({ role, pipeline: pipeline.name })) : [],
  );
}
