import type { EngineError } from './engineError';
import type { Statement } from './statement';
import type { Summary } from './summary';

/** A row of `system.query_log`, as JSON; columns that are not here have defaults. */
export interface QueryLogRow {
  readonly type: 'QueryFinish' | 'ExceptionBeforeStart' | 'ExceptionWhileProcessing';
  /** Seconds since 1970 with six decimals, as DateTime64(6) reads them. */
  readonly event_time_microseconds: string;
  readonly query_start_time_microseconds: string;
  readonly query_duration_ms: number;
  readonly read_rows: number;
  readonly read_bytes: number;
  readonly written_rows: number;
  readonly written_bytes: number;
  readonly result_rows: number;
  readonly result_bytes: number;
  readonly memory_usage: number;
  readonly current_database: string;
  readonly query: string;
  readonly query_kind: string;
  readonly exception_code: number;
  readonly exception: string;
  readonly user: string;
  readonly query_id: string;
  readonly http_user_agent: string;
  readonly log_comment: string;
  readonly ProfileEvents: Readonly<Record<string, number>>;
}

/** What the front knows of a query when it is over. */
export interface FinishedQuery {
  readonly queryId: string;
  readonly user: string;
  readonly userAgent: string;
  readonly database: string;
  /** As the client sent it, data left out. */
  readonly text: string;
  readonly verb: Statement['verb'];
  readonly logComment: string;
  /** Milliseconds since 1970. */
  readonly startedMs: number;
  readonly endedMs: number;
  /** What it read and wrote; absent where it never began. */
  readonly summary?: Summary | undefined;
  readonly error?: EngineError | undefined;
}

/** Characters of a statement that are kept: ClickHouse's `log_queries_cut_to_length`. */
const longestQuery = 100_000;

/** @example queryLogRow({ queryId: 'a', verb: 'SELECT', … }).query_kind // 'Select' */
export function queryLogRow(query: FinishedQuery): QueryLogRow {
  const { summary, error, startedMs, endedMs } = query;
  const seconds = (ms: number) => (ms / 1000).toFixed(6);
  const cpu = summary?.cpuMicroseconds ?? 0;
  return {
    // The engine does not say whether it had begun: who read nothing had most likely not.
    type: !error ? 'QueryFinish' : summary?.readRows ? 'ExceptionWhileProcessing' : 'ExceptionBeforeStart',
    event_time_microseconds: seconds(endedMs),
    query_start_time_microseconds: seconds(startedMs),
    query_duration_ms: Math.max(0, Math.round(endedMs - startedMs)),
    read_rows: summary?.readRows ?? 0,
    read_bytes: summary?.readBytes ?? 0,
    written_rows: summary?.writtenRows ?? 0,
    written_bytes: summary?.writtenBytes ?? 0,
    result_rows: summary?.resultRows ?? 0,
    result_bytes: summary?.resultBytes ?? 0,
    memory_usage: summary?.peakMemoryBytes ?? 0,
    current_database: query.database,
    query: query.text.slice(0, longestQuery),
    query_kind: kindOf(query.verb),
    exception_code: error?.code ?? 0,
    exception: error?.message ?? '',
    user: query.user,
    query_id: query.queryId,
    http_user_agent: query.userAgent,
    log_comment: query.logComment,
    ProfileEvents: cpu > 0 ? { OSCPUVirtualTimeMicroseconds: cpu } : {},
  };
}

const selects = ['', 'WITH', 'FROM', 'SELECT'];

/** As ClickHouse calls the kinds: Select, Insert, Create, Alter, System, KillQuery, … */
function kindOf(verb: string): string {
  if (selects.includes(verb)) return 'Select';
  if (verb === 'KILL') return 'KillQuery';
  return verb.charAt(0) + verb.slice(1).toLowerCase();
}
