import { ident, literal } from '../../core/sql/quote';
import type { HealthRow } from '../../packs/health';
import { healthQuery } from '../../packs/pipeline/health/query';
import { rowsOf } from '../source';
import type { SystemLook } from './looks';
import { utc } from './server';

/** The log is written behind the queries, every 7.5 s by default: a minute is read when it is over for so long, in s. */
const graceSeconds = 30;

/** How far back a first look goes, and how many minutes one look takes at most. */
const firstMinutes = 10;
const mostMinutes = 60;

/** Rows from which on a query that reads all granules of its tables counts as a full scan: a hundred granules of the usual size. */
const fullScanRows = 800_000;

/** Words of the comment by which the plugin says who asks: tidemark dashboard=Home panel=DAU ref=A user=anna. */
const said = (key: string) => `trim(extract(tm_head, ' ${key}=(.*?)(?: (?:app|dashboard|panel|ref|user)=|\\\\s*$)'))`;

/**
 * What queries cost, by the minute, the user and the comment at their beginning. Each minute is read once. Rows of other servers of a
 * cluster that took part in a query count there, without its comment.
 */
export function queriesLook(database: string, log = 'query_log'): SystemLook {
  let next: number | undefined;
  return {
    name: 'query log',
    needs: [log],
    table: healthQuery,
    async read({ db, from }) {
      const [clock] = await db.query<{ now: number }>(`SELECT toUnixTimestamp(now()) AS now`);
      const until = Math.floor((Number(clock?.now ?? 0) - graceSeconds) / 60) * 60;
      next ??= await firstMinute(() =>
        db.query(
          `SELECT toUnixTimestamp(max(m)) AS last FROM ${ident(database)}.health_query WHERE at > now() - INTERVAL 1 DAY`,
        ),
      );
      const lo = Math.max(next ?? until - firstMinutes * 60, until - 24 * 3600);
      const hi = Math.min(until, lo + mostMinutes * 60);
      if (hi <= lo) return rowsOf(healthQuery, []);
      const rows = await db.query<HealthRow<typeof healthQuery>>(
        costSql((columns, where) => from(log, columns, where), lo, hi),
      );
      next = hi;
      return rowsOf(healthQuery, rows);
    },
  };
}

/** The minute after the last one that was written; undefined where none was. */
async function firstMinute(ask: () => Promise<{ last: number }[]>): Promise<number | undefined> {
  const [row] = await ask().catch(() => []);
  const last = Number(row?.last ?? 0);
  return last > 0 ? last + 60 : undefined;
}

/** A statement whose answer is `SELECT * FROM table`: of a star in or around a sub-query only what is used is read. Comments may stand before it. */
const star = '(?is)^(?:\\s|/\\*.*?\\*/|--[^\\n]*\\n)*select\\s+\\*\\s+from\\s+[`"\\w]';

function costSql(from: (columns: readonly string[], where: string) => string, lo: number, hi: number): string {
  const columns = [
    'event_time',
    'type',
    'query_duration_ms',
    'read_rows',
    'read_bytes',
    'written_rows',
    'result_rows',
    'memory_usage',
    'query',
    'user',
    'initial_user',
    'is_initial_query',
    'query_kind',
    'client_name',
    'http_user_agent',
    'ProfileEvents',
  ];
  const time = `toDateTime(${lo}) <= event_time AND event_time < toDateTime(${hi})`;
  const day = `event_date BETWEEN toDate(toDateTime(${lo})) AND toDate(toDateTime(${hi}))`;
  const rows = from(columns, `${day} AND ${time} AND type != 'QueryStart'`);
  const client = `if(client_name != '', client_name, extract(http_user_agent, '^[^/\\\\s(]+'))`;
  const ours = "startsWith(tm_head, ' tidemark ')";
  return `SELECT ${utc('toStartOfMinute(event_time)')} AS m, tm_host AS host, if(initial_user != '', initial_user, user) AS user,
  multiIf(tm_ours AND tm_app != '', tm_app, tm_ours, 'tidemark', tm_dbt, 'dbt', ${client}) AS app,
  if(tm_ours, ${said('dashboard')}, '') AS dashboard, if(tm_ours, ${said('panel')}, '') AS panel, if(tm_ours, ${said('user')}, '') AS asker,
  if(tm_dbt, JSONExtractString(tm_head, 'node_id'), '') AS model, query_kind AS kind,
  countIf(is_initial_query) AS queries, countIf(is_initial_query AND type != 'QueryFinish') AS failed,
  countIf(tm_full) AS full_scans, countIf(tm_star) AS stars,
  sum(query_duration_ms) / 1000 AS seconds, sum(tm_cpu) / 1e6 AS cpu_s, max(query_duration_ms) AS slowest_ms,
  sum(read_rows) AS read_rows, sum(read_bytes) AS read_bytes, sum(result_rows) AS result_rows, sum(written_rows) AS written_rows,
  max(memory_usage) AS memory_bytes, sum(toFloat64(memory_usage) * query_duration_ms) / 1000 AS memory_byte_s
FROM (
  SELECT * EXCEPT (query, ProfileEvents), extract(left(query, 1000), '^\\\\s*/\\\\*(.*?)\\\\*/') AS tm_head,
    ${ours} AS tm_ours, JSONExtractString(tm_head, 'app') = 'dbt' AS tm_dbt, ${said('app')} AS tm_app,
    ProfileEvents[${literal('OSCPUVirtualTimeMicroseconds')}] AS tm_cpu,
    ProfileEvents['SelectedMarksTotal'] = ProfileEvents['SelectedMarks'] AND ProfileEvents['SelectedRows'] > ${fullScanRows} AS tm_full,
    is_initial_query AND query_kind = 'Select' AND match(left(query, 10000), ${literal(star)}) AS tm_star
  FROM ${rows}
)
GROUP BY m, host, user, app, dashboard, panel, asker, model, kind
ORDER BY seconds DESC LIMIT 5000`;
}
