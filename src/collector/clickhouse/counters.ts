import type { HealthRow } from '../../packs/health';
import { healthError } from '../../packs/pipeline/health/error';
import { healthServerMetric } from '../../packs/pipeline/health/serverMetric';
import { ident, literal } from '../../core/sql/quote';
import { rowsOf } from '../source';
import type { SystemLook } from './looks';
import { utc } from './server';

/** What is worth keeping of the hundreds that there are. */
const kept = {
  metric: [
    'Query',
    'Merge',
    'PartMutation',
    'TCPConnection',
    'HTTPConnection',
    'MemoryTracking',
    'DelayedInserts',
    'ReadonlyReplica',
    'KafkaConsumers',
    'KafkaConsumersWithAssignment',
    'ZooKeeperSession',
  ],
  event: [
    'Query',
    'SelectQuery',
    'InsertQuery',
    'FailedQuery',
    'FailedInsertQuery',
    'InsertedRows',
    'InsertedBytes',
    'SelectedRows',
    'SelectedBytes',
    'MergedRows',
    'DelayedInserts',
    'DelayedInsertsMilliseconds',
    'RejectedInserts',
    'OSCPUVirtualTimeMicroseconds',
    'MarkCacheHits',
    'MarkCacheMisses',
    'QueryCacheHits',
    'QueryCacheMisses',
    'KafkaRowsRead',
    'KafkaRowsRejected',
    'KafkaMessagesFailed',
    'KafkaCommitFailures',
    'KafkaRebalanceErrors',
    'ReplicatedPartFailedFetches',
    'ReplicatedDataLoss',
    'ZooKeeperHardwareExceptions',
    'ZooKeeperOtherExceptions',
    'ZooKeeperUserExceptions',
  ],
  asynchronous: [
    'Uptime',
    'LoadAverage1',
    'MemoryResident',
    'OSMemoryTotal',
    'OSMemoryAvailable',
    'CGroupMemoryTotal',
    'CGroupMemoryUsed',
    'MaxPartCountForPartition',
    'NumberOfTables',
    'ReplicasMaxAbsoluteDelay',
    'ReplicasMaxQueueSize',
  ],
} as const;

/** A counter that is lower than before began anew with its server. */
const risenBy = (now: number, before: number): number => (now >= before ? now - before : now);

/** Values of the past are good for so long, in hours: what rose in a longer pause is not the rise of one look. */
const memoryHours = 2;

/** Gauges and counters of one kind; counters with how much they rose. `database` has the health tables, where the past is read. */
export function metricsLook(kind: keyof typeof kept, database: string): SystemLook {
  const [table, name] = (
    {
      metric: ['metrics', 'metric'],
      event: ['events', 'event'],
      asynchronous: ['asynchronous_metrics', 'metric'],
    } as const
  )[kind];
  let before: Map<string, number> | undefined;
  return {
    name: table.replace('_', ' '),
    needs: [table],
    table: healthServerMetric,
    async read({ db, from }) {
      const list = kept[kind].map((n) => literal(n)).join(', ');
      const rows = await db.query<{ host: string; name: string; value: number | string }>(
        `SELECT tm_host AS host, ${name} AS name, toFloat64(value) AS value FROM ${from(table, [name, 'value'], `${name} IN (${list})`)} ORDER BY host, name`,
      );
      const past =
        before ??
        (kind === 'event'
          ? await pastOf<{ host: string; name: string; value: number }>(
              () =>
                db.query(
                  `SELECT host, name, argMax(value, at) AS value FROM ${ident(database)}.health_server_metric WHERE kind = 'event' AND at > now() - INTERVAL ${memoryHours} HOUR GROUP BY host, name`,
                ),
              ({ host, name: of, value }) => [`${host} ${of}`, Number(value)],
            )
          : new Map<string, number>());
      before = new Map(rows.map((row) => [`${row.host} ${row.name}`, Number(row.value)]));
      return rowsOf(
        healthServerMetric,
        rows.map((row): HealthRow<typeof healthServerMetric> => {
          const value = Number(row.value);
          const was = past.get(`${row.host} ${row.name}`);
          return {
            host: row.host,
            kind,
            name: row.name,
            value,
            change: kind === 'event' && was !== undefined ? risenBy(value, was) : null,
          };
        }),
      );
    },
  };
}

/** What a collector before this one wrote; nothing where there is none yet. */
async function pastOf<Row>(
  ask: () => Promise<Row[]>,
  entry: (row: Row) => readonly [string, number],
): Promise<Map<string, number>> {
  const rows = await ask().catch(() => []);
  return new Map(rows.map(entry));
}

interface ErrorRow {
  readonly host: string;
  readonly name: string;
  readonly code: number;
  readonly total: number | string;
  readonly last_at: string;
  readonly message: string;
}

/** Errors that rose since the last look. */
export function errorsLook(database: string): SystemLook {
  let before: Map<string, number> | undefined;
  return {
    name: 'errors',
    needs: ['errors'],
    table: healthError,
    async read({ db, from }) {
      const columns = ['name', 'code', 'value', 'last_error_time', 'last_error_message'];
      // On a cluster the same error may be counted twice on a server: its own and those of others.
      const rows = await db.query<ErrorRow>(
        `SELECT tm_host AS host, name, any(code) AS code, sum(value) AS total, ${utc('max(last_error_time)')} AS last_at, left(argMax(last_error_message, last_error_time), 200) AS message
FROM ${from('errors', columns, 'value > 0')} GROUP BY host, name ORDER BY host, name`,
      );
      const past =
        before ??
        (await pastOf<{ host: string; name: string; total: number | string }>(
          () =>
            db.query(
              `SELECT host, name, argMax(total, at) AS total FROM ${ident(database)}.health_error GROUP BY host, name`,
            ),
          ({ host, name, total }) => [`${host} ${name}`, Number(total)],
        ));
      const known = new Set([...past.keys()].map((key) => key.slice(0, key.indexOf(' '))));
      before = new Map([...past, ...rows.map((row) => [`${row.host} ${row.name}`, Number(row.total)] as const)]);
      return rowsOf(
        healthError,
        rows.flatMap((row): HealthRow<typeof healthError>[] => {
          const total = Number(row.total);
          const was = past.get(`${row.host} ${row.name}`);
          // What happened on a server before it was first looked at is not new.
          const count = known.has(row.host) ? risenBy(total, was ?? 0) : 0;
          return count > 0 || !known.has(row.host) ? [{ ...row, count }] : [];
        }),
      );
    },
  };
}
