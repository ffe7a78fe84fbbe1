import type { PipelineConfig, PostgresConfig } from '../../config/collectConfig';
import type { Db } from '../../core/db';
import { ident, literal } from '../../core/sql/quote';
import { healthTableDrift } from '../../packs/pipeline/health/table';
import { failureOf } from '../errors';
import type { Failure } from '../errors';
import { patienceMs, rowsOf } from '../source';
import type { Collected, Look, Part, Source, TableRows } from '../source';
import { pipelinesOf } from './source';
import { Counted } from './counted';
import { driftRow } from './drift';
import type { Before } from './drift';
import { Sessions } from './session';
import { readSourceTables } from './sourceTables';
import type { TableMemory } from './sourceTables';
import { readTargetTables } from './targetTables';

/** A row of the past that is older says nothing of now. */
const rememberDays = 7;

interface Memory extends TableMemory {
  /** By pipeline and table. */
  readonly before: Map<string, Before>;
  /** Pipelines whose past was read. */
  readonly read: Set<string>;
}

/** ClickHouse as a source needs to know it. */
export interface Home {
  /** Database of the health tables, where the past is read. */
  readonly database: string;
  /** Who asks, for the GRANT in a message. */
  readonly user: string;
}

/** The replicated tables of a server beside their copies. */
export function tablesSource(config: PostgresConfig, all: readonly PipelineConfig[], home: Home): Source {
  const pipelines = pipelinesOf(config.name, all).filter(({ tables }) => tables.length > 0);
  const sessions = new Sessions(config);
  const memory: Memory = { slow: new Map(), counted: new Counted(), before: new Map(), read: new Set() };
  const intervalMs = config.tablesEverySeconds * 1000;
  return {
    name: `tables ${config.name}`,
    tables: [healthTableDrift],
    intervalMs,
    timeoutMs: patienceMs(intervalMs, 30_000),
    async collect(look) {
      const collected: Part[] = [];
      const rows: TableRows[] = [];
      for (const pipeline of pipelines) {
        const part = `pipeline ${pipeline.name}`;
        try {
          const own = await compare(look, config.name, pipeline, sessions, memory, home);
          rows.push(own.rows);
          collected.push({ part, ...(own.failure && { failure: own.failure }) });
        } catch (thrown) {
          collected.push({ part, failure: failureOf(thrown) });
        }
      }
      // A look comes once a minute: a connection that waits that long is only in the way.
      await sessions.close();
      return { rows, parts: collected } satisfies Collected;
    },
    close: () => sessions.close(),
  };
}

async function compare(
  { db, now, signal }: Look,
  server: string,
  pipeline: PipelineConfig,
  sessions: Sessions,
  memory: Memory,
  { database, user }: Home,
): Promise<{ readonly rows: TableRows; readonly failure?: Failure }> {
  const session = await sessions.get(pipeline.postgres?.database ?? '', signal);
  await remember(db, pipeline, memory, database);
  const nowMs = now();
  const sources = await readSourceTables(session, server, pipeline, memory, nowMs);
  const keys = new Map([...sources].flatMap(([table, { key }]) => (key === undefined ? [] : [[table, key] as const])));
  // After the source: what is on its way has the more time to arrive.
  const targets = await readTargetTables(db, pipeline.tables, keys, memory.counted, nowMs, user);
  const rows = pipeline.tables.flatMap((own) => {
    const [source, target] = [sources.get(own.table), targets.get(own.table)];
    if (!source || !target) return [];
    const key = `${pipeline.name} ${own.table}`;
    const row = driftRow(pipeline, own, source, target, memory.before.get(key), nowMs);
    memory.before.set(key, row);
    return [row];
  });
  const failures = pipeline.tables.flatMap(({ table }) =>
    [sources.get(table)?.failure, targets.get(table)?.failure].filter((f) => f !== undefined),
  );
  const [first] = failures;
  const more = failures.length > 1 ? ` And ${failures.length - 1} more of its tables.` : '';
  return {
    rows: rowsOf(healthTableDrift, rows),
    ...(first && { failure: { code: first.code, message: `${first.message}${more}` } }),
  };
}

/** What a collector before this one saw last: a restart must not forget for how long a copy has stood still. */
async function remember(db: Db, { name, tables }: PipelineConfig, memory: Memory, database: string): Promise<void> {
  if (memory.read.has(name)) return;
  const columns = [
    'changes',
    'updates',
    'changed_at',
    'target_blocks',
    'target_rows',
    'target_rows_exact',
    'target_key',
    'target_updated_at',
    'target_changed_at',
    'waits_since',
  ] as const;
  const found = await db.query<Before & { readonly table: string }>(
    `SELECT table, ${columns.map((c) => `tm_last.${c} AS ${c}`).join(', ')}
FROM (
  SELECT table, argMax(tuple(${columns.join(', ')})::Tuple(${columns.map((c) => `${c} ${typeOf(c)}`).join(', ')}), at) AS tm_last
  FROM ${ident(database)}.health_table WHERE pipeline = ${literal(name)} AND at > now() - INTERVAL ${rememberDays} DAY GROUP BY table
)`,
  );
  for (const { table, ...before } of found)
    if (tables.some((own) => own.table === table)) memory.before.set(`${name} ${table}`, asText(before));
  memory.read.add(name);
}

const typeOf = (column: string): string =>
  healthTableDrift.columns.find(({ name }) => name === column)?.type ?? 'String';

/** Numbers come back as numbers or as text, by their size; they are compared as text. */
const asText = (before: Before): Before => ({
  ...before,
  changes: before.changes === null ? null : String(before.changes),
  updates: before.updates === null ? null : String(before.updates),
  target_blocks: before.target_blocks === null ? null : String(before.target_blocks),
  target_rows: before.target_rows === null ? null : String(before.target_rows),
});
