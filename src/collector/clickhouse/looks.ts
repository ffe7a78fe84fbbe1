import type { HealthRow, HealthTable } from '../../packs/health';
import { healthConsumer } from '../../packs/pipeline/health/consumer';
import { healthDetached } from '../../packs/pipeline/health/detached';
import { healthDisk } from '../../packs/pipeline/health/disk';
import { healthMerges } from '../../packs/pipeline/health/merges';
import { healthMutation } from '../../packs/pipeline/health/mutation';
import { healthParts } from '../../packs/pipeline/health/parts';
import { healthQueue } from '../../packs/pipeline/health/queue';
import { healthReplica } from '../../packs/pipeline/health/replica';
import { healthView } from '../../packs/pipeline/health/view';
import type { TableRows } from '../source';
import { rowsOf } from '../source';
import { ownDatabases, secondsSince, utc } from './server';
import type { Reader } from './server';

/** One question to the system tables. Its failure is its own: the others go on. */
export interface SystemLook {
  /** Name of the part in `health_source`. */
  readonly name: string;
  /** Tables of `system` that it reads: it is left out where a server has none of that name. */
  readonly needs: readonly string[];
  readonly table: HealthTable;
  read(reader: Reader): Promise<TableRows>;
}

/** A look whose statement gives the rows as they are: its columns are those of the table, without `at`. */
function plain<T extends HealthTable>(
  name: string,
  needs: readonly string[],
  table: T,
  sql: (reader: Reader) => string,
): SystemLook {
  return {
    name,
    needs,
    table,
    read: async (reader) => rowsOf(table, await reader.db.query<HealthRow<T>>(sql(reader))),
  };
}

const parts = plain('parts', ['parts'], healthParts, ({ from }) => {
  const columns = [
    'database',
    'table',
    'partition',
    'rows',
    'bytes_on_disk',
    'data_uncompressed_bytes',
    'modification_time',
    'delete_ttl_info_max',
  ];
  const active = from('parts', columns, `active AND database NOT IN ${ownDatabases}`);
  return `SELECT tm_host AS host, database, table, sum(tm_parts) AS parts, max(tm_parts) AS max_parts, argMax(tm_partition, tm_parts) AS partition, count() AS partitions,
  sum(tm_rows) AS rows, sum(tm_bytes) AS bytes, sum(tm_raw) AS raw_bytes, sum(tm_due) AS ttl_due_bytes, ${utc('max(tm_newest)')} AS newest_at
FROM (
  SELECT tm_host, database, table, partition AS tm_partition, count() AS tm_parts, sum(rows) AS tm_rows, sum(bytes_on_disk) AS tm_bytes,
    sum(data_uncompressed_bytes) AS tm_raw, max(modification_time) AS tm_newest,
    sumIf(bytes_on_disk, toUnixTimestamp(delete_ttl_info_max) > 0 AND delete_ttl_info_max <= now()) AS tm_due
  FROM ${active} GROUP BY tm_host, database, table, tm_partition
)
GROUP BY host, database, table
QUALIFY row_number() OVER (PARTITION BY host ORDER BY max_parts DESC) <= 100 OR row_number() OVER (PARTITION BY host ORDER BY bytes DESC) <= 100
ORDER BY host, database, table`;
});

const merges = plain('merges', ['merges'], healthMerges, ({ from }) => {
  const columns = ['database', 'table', 'is_mutation', 'elapsed', 'total_size_bytes_compressed', 'memory_usage'];
  // One row for each server also when nothing runs: no row would mean that nobody looked.
  return `SELECT tm_host AS host, countIf(tm_kind = 1) AS merges, countIf(tm_kind = 2) AS mutations, max(tm_elapsed) AS longest_s,
  argMax(tm_table, tm_elapsed) AS longest_table, sum(tm_bytes) AS bytes, sum(tm_memory) AS memory_bytes
FROM (
  SELECT tm_host, 1 + is_mutation AS tm_kind, elapsed AS tm_elapsed, concat(database, '.', table) AS tm_table,
    total_size_bytes_compressed AS tm_bytes, memory_usage AS tm_memory
  FROM ${from('merges', columns)}
  UNION ALL SELECT tm_host, 0, 0, '', 0, 0 FROM ${from('one', ['1'])}
)
GROUP BY host ORDER BY host`;
});

const mutations = plain('mutations', ['mutations'], healthMutation, ({ from }) => {
  const columns = [
    'database',
    'table',
    'mutation_id',
    'command',
    'create_time',
    'parts_to_do',
    'latest_fail_reason',
    'latest_fail_time',
  ];
  return `SELECT tm_host AS host, database, table, mutation_id AS mutation, upper(extract(command, '^\\\\(?\\\\s*((?:MATERIALIZE|MODIFY|DROP|ADD|CLEAR|RENAME|APPLY)\\\\s+\\\\w+|\\\\w+)')) AS kind,
  ${utc('create_time')} AS created_at, ${secondsSince('create_time')} AS age_s, greatest(0, parts_to_do) AS parts_to_do, left(latest_fail_reason, 500) AS failure,
  if(toUnixTimestamp(latest_fail_time) = 0, NULL, ${utc('latest_fail_time')}) AS failed_at
FROM ${from('mutations', columns, 'NOT is_done')} ORDER BY create_time LIMIT 100`;
});

const replicas = plain('replicas', ['replicas'], healthReplica, ({ from }) => {
  const columns = [
    'database',
    'table',
    'is_readonly',
    'is_session_expired',
    'absolute_delay',
    'queue_size',
    'queue_oldest_time',
    'log_max_index',
    'log_pointer',
    'active_replicas',
    'total_replicas',
    'lost_part_count',
    'zookeeper_exception',
    'last_queue_update_exception',
  ];
  return `SELECT tm_host AS host, database, table, is_readonly AS readonly, is_session_expired AS expired, toFloat64(absolute_delay) AS delay_s, queue_size AS queue,
  if(queue_size = 0, 0, ifNull(${secondsSince('queue_oldest_time')}, 0)) AS queue_oldest_s, if(log_max_index >= log_pointer, log_max_index - log_pointer + 1, 0) AS log_behind,
  active_replicas, total_replicas, lost_part_count AS lost_parts, left(if(zookeeper_exception != '', zookeeper_exception, last_queue_update_exception), 500) AS failure
FROM ${from('replicas', columns)} ORDER BY host, database, table`;
});

const replication = plain('replication queue', ['replication_queue'], healthQueue, ({ from }) => {
  const columns = ['database', 'table', 'num_tries', 'create_time', 'last_exception', 'last_exception_time'];
  return `SELECT tm_host AS host, 'replication' AS kind, database, table, count() AS entries, 0 AS bytes, max(num_tries) AS tries,
  ${secondsSince('min(create_time)')} AS oldest_s, 0 AS blocked, left(argMax(last_exception, last_exception_time), 500) AS failure
FROM ${from('replication_queue', columns)} GROUP BY host, database, table ORDER BY host, database, table`;
});

const distribution = plain('distribution queue', ['distribution_queue'], healthQueue, ({ from }) => {
  const columns = [
    'database',
    'table',
    'is_blocked',
    'error_count',
    'data_files',
    'data_compressed_bytes',
    'last_exception',
    'last_exception_time',
  ];
  return `SELECT tm_host AS host, 'distribution' AS kind, database, table, sum(data_files) AS entries, sum(data_compressed_bytes) AS bytes, sum(error_count) AS tries,
  NULL AS oldest_s, max(is_blocked) AS blocked, left(argMax(last_exception, last_exception_time), 500) AS failure
FROM ${from('distribution_queue', columns)} GROUP BY host, database, table ORDER BY host, database, table`;
});

const consumers = plain('kafka consumers', ['kafka_consumers'], healthConsumer, ({ from }) => {
  const columns = [
    'database',
    'table',
    'consumer_id',
    'assignments.topic AS tm_topics',
    'exceptions.time AS tm_times',
    'exceptions.text AS tm_texts',
    'last_poll_time',
    'last_commit_time',
    'num_messages_read',
    'num_commits',
    'num_rebalance_revocations',
    'rdkafka_stat',
  ];
  // Statistics of librdkafka: topics → partitions → consumer_lag; -1 where it is not known yet.
  const lags = `arrayFilter(tm_lag -> tm_lag >= 0, arrayFlatten(arrayMap(tm_topic -> arrayMap(tm_p -> JSONExtractInt(tm_p.2, 'consumer_lag'),
    arrayFilter(tm_p -> tm_p.1 != '-1', JSONExtractKeysAndValuesRaw(tm_topic.2, 'partitions'))), JSONExtractKeysAndValuesRaw(rdkafka_stat, 'topics'))))`;
  return `SELECT tm_host AS host, database, table, consumer_id AS consumer, length(tm_topics) AS partitions, num_messages_read AS messages,
  ${secondsSince('last_poll_time')} AS polled_s, ${secondsSince('last_commit_time')} AS committed_s, num_commits AS commits, num_rebalance_revocations AS rebalances,
  if(rdkafka_stat = '', NULL, arraySum(${lags})) AS lag, arrayCount(tm_t -> tm_t > now() - 600, tm_times) AS failures,
  left(if(failures = 0, '', tm_texts[-1]), 500) AS failure
FROM ${from('kafka_consumers', columns)} ORDER BY host, database, table, consumer`;
});

const period = `extractGroups(create_table_query, 'REFRESH (EVERY|AFTER) (\\\\d+) (SECOND|MINUTE|HOUR|DAY|WEEK|MONTH|YEAR)')`;

const views = plain('view refreshes', ['view_refreshes'], healthView, ({ from }) => {
  const columns = [
    'database',
    'view',
    'status',
    'exception',
    'retry',
    'last_success_time',
    'last_success_duration_ms',
    'written_rows',
    'next_refresh_time',
  ];
  const tables = from(
    'tables',
    ['database', 'name', 'metadata_modification_time', `${period} AS tm_period`],
    "create_table_query LIKE '%REFRESH %'",
  );
  const exists = secondsSince('t.metadata_modification_time');
  return `SELECT v.tm_host AS host, v.database AS database, v.view AS view, v.status AS status, why != '' AS failing,
  multiIf(v.status = 'Disabled', 'disabled', v.exception != '', 'exception', v.retry > 0, 'retry', every_s > 0 AND ifNull(success_s, ${exists}) > 2 * every_s + 60, 'late', '') AS why,
  left(v.exception, 500) AS exception, v.retry AS retry,
  nullIf(toFloat64OrZero(t.tm_period[2]) * transform(t.tm_period[3], ['SECOND', 'MINUTE', 'HOUR', 'DAY', 'WEEK', 'MONTH', 'YEAR'], [1, 60, 3600, 86400, 604800, 2678400, 31622400], 0), 0) AS every_s,
  ${secondsSince('v.last_success_time')} AS success_s,
  v.last_success_duration_ms AS took_ms, v.written_rows AS written_rows, if(isNull(v.next_refresh_time), NULL, ${utc('assumeNotNull(v.next_refresh_time)')}) AS next_at
FROM ${from('view_refreshes', columns)} AS v
LEFT JOIN ${tables} AS t ON t.tm_host = v.tm_host AND t.database = v.database AND t.name = v.view
ORDER BY host, database, view`;
});

const disks = plain('disks', ['disks'], healthDisk, ({ from }) => {
  const columns = ['name', 'type', 'free_space', 'total_space', 'unreserved_space', 'is_broken'];
  // Object storage says that 2^64 - 1 bytes are free.
  const size = (column: string) => `if(total_space >= 9223372036854775807, NULL, ${column})`;
  return `SELECT tm_host AS host, name AS disk, type AS kind, ${size('free_space')} AS free_bytes, ${size('total_space')} AS total_bytes,
  ${size('unreserved_space')} AS unreserved_bytes, is_broken AS broken
FROM ${from('disks', columns)} ORDER BY host, disk`;
});

const detached = plain('detached parts', ['detached_parts'], healthDetached, ({ from }) => {
  const columns = ['database', 'table', 'reason', 'bytes_on_disk'];
  return `SELECT tm_host AS host, database, table, ifNull(reason, '') AS reason, count() AS parts, sum(bytes_on_disk) AS bytes
FROM ${from('detached_parts', columns)} GROUP BY host, database, table, reason ORDER BY host, database, table, reason LIMIT 500`;
});

/** Every question that needs no memory, in the order in which they are asked. */
export const systemLooks: readonly SystemLook[] = [
  parts,
  merges,
  mutations,
  replicas,
  replication,
  distribution,
  consumers,
  views,
  disks,
  detached,
];
