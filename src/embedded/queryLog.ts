import { literal } from '../core/sql/quote';

import type { Engine, EngineSession } from './engine';
import type { QueryLogRow } from './queryLogRow';

/** How long rows wait, in milliseconds, for others to be written with them. */
const waitMs = 2_000;
/** Rows that are kept at most while the engine is busy; then the oldest go. */
const mostRows = 5_000;
/** Days that rows are kept. */
const keepDays = 7;

/**
 * Columns of ClickHouse's own log that are kept, in its types. New ones go to the end: the table is opened with this list, whatever
 * an older one wrote.
 */
const columns = [
  "type Enum8('QueryStart' = 1, 'QueryFinish' = 2, 'ExceptionBeforeStart' = 3, 'ExceptionWhileProcessing' = 4)",
  'event_date Date DEFAULT toDate(event_time)',
  'event_time DateTime DEFAULT toDateTime(event_time_microseconds)',
  'event_time_microseconds DateTime64(6)',
  'query_start_time DateTime DEFAULT toDateTime(query_start_time_microseconds)',
  'query_start_time_microseconds DateTime64(6)',
  'query_duration_ms UInt64',
  'read_rows UInt64',
  'read_bytes UInt64',
  'written_rows UInt64',
  'written_bytes UInt64',
  'result_rows UInt64',
  'result_bytes UInt64',
  'memory_usage UInt64',
  'current_database LowCardinality(String)',
  'query String',
  'normalized_query_hash UInt64 DEFAULT normalizedQueryHash(query)',
  'query_kind LowCardinality(String)',
  'exception_code Int32',
  'exception String',
  'is_initial_query UInt8 DEFAULT 1',
  'user LowCardinality(String)',
  'query_id String',
  'initial_user LowCardinality(String) DEFAULT user',
  'initial_query_id String DEFAULT query_id',
  'interface UInt8 DEFAULT 2',
  'client_name LowCardinality(String)',
  'http_user_agent LowCardinality(String)',
  'log_comment String',
  'ProfileEvents Map(LowCardinality(String), UInt64)',
  'hostname LowCardinality(String) DEFAULT hostName()',
] as const;

/** One and the same in every data folder: with it the engine finds the rows of former runs. */
const uuid = 'b5d3e6a0-6b0f-4d5e-9a43-3c1c9d1f7e21';

/**
 * `system.query_log`, which chDB does not have: the front writes down each query that it answered. Rows wait two seconds for others,
 * are written beside everything else, and are dropped where the engine cannot take them: no answer ever waits for its row.
 *
 * Opened anew at each start: the engine's database `system` is in memory, its tables' rows are on disk.
 */
export class QueryLog {
  readonly #session: EngineSession;
  readonly #rows = new BoundedRows<QueryLogRow>(mostRows);
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  private constructor(engine: Engine) {
    this.#session = engine.openSession();
  }

  /** Makes the table, or opens the one that is there. Throws {@link EngineError}. */
  static async open(engine: Engine): Promise<QueryLog> {
    await engine.control(`ATTACH TABLE system.query_log UUID ${literal(uuid)}
(
  ${columns.join(',\n  ')}
)
ENGINE = MergeTree PARTITION BY event_date ORDER BY (event_date, event_time) TTL event_date + INTERVAL ${keepDays} DAY
SETTINGS ttl_only_drop_parts = 1
COMMENT 'What was asked, kept by tidemark serve for ${keepDays} days. Refreshes of views are not in it.'`);
    return new QueryLog(engine);
  }

  /** Adds a row; it can be read some seconds later, or after SYSTEM FLUSH LOGS. Never throws. */
  add(row: QueryLogRow): void {
    this.#rows.push(row);
    this.#timer ??= setTimeout(() => void this.flush(), waitMs).unref();
  }

  /** Writes what waits. Never throws: rows that cannot be written are dropped. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const rows = this.#rows.take();
    if (rows.length > 0) {
      const data = Buffer.from(rows.map((row) => JSON.stringify(row)).join('\n'));
      this.#writing = this.#writing
        .then(() => this.#session.write('INSERT INTO system.query_log FORMAT JSONEachRow', data))
        .then(
          () => undefined,
          () => undefined,
        );
    }
    await this.#writing;
  }

  /** Writes what waits and closes. */
  async close(): Promise<void> {
    await this.flush();
    await this.#session.close();
  }
}

/** A list of which the oldest go when it is full. */
export class BoundedRows<T> {
  readonly #most: number;
  #rows: T[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  push(row: T): void {
    this.#rows.push(row);
    // In portions: taking one off the front each time would move all the others.
    if (this.#rows.length > 1.1 * this.#most) this.#rows = this.#rows.slice(-this.#most);
  }

  /** All of them, which are not kept any more. */
  take(): readonly T[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows.slice(-this.#most);
  }
}
