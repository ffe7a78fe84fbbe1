import { ident, literal } from '../../core/sql/quote';
import { placed } from '../cluster';
import { measureLines } from '../insert/feed';
import type { Installation } from '../installation';
import { bucketColumn } from '../rollups/buckets';
import { keyType } from '../rollups/columns';
import type { SourceContext } from '../rollups/context';
import { tableOf } from '../rollups/context';
import type { Finished, Places } from '../rollups/installed';
import { ledgerColumn } from '../rollups/ledger';
import type { Step } from '../refresh/steps';
import { isPerEntity } from '../refresh/steps';
import { baseTable, createTable as table } from './shape';
import type { BaseTable } from './shape';

/** Columns of a CREATE TABLE, one a line. */
type ColumnLines = readonly string[];

/** Tables of progress and of what is installed; the same in every installation. */
export function baseTables(installation: Installation): readonly BaseTable[] {
  const named = (name: string, columns: ColumnLines, tail: string, changes: readonly string[] = []) =>
    baseTable(installation, { name, columns, tail, changes });
  // Views and rules ask for the newest marks by the second: these are read from a projection, not from a day of rows.
  const projected = (name: string, columns: ColumnLines, projection: string, tail: string) =>
    named(name, [...columns, `PROJECTION newest (${projection})`], tail, [
      `ADD PROJECTION IF NOT EXISTS newest (${projection})`,
      'MATERIALIZE PROJECTION newest',
    ]);
  return [
    named(
      'schema_objects',
      [
        'name String',
        'kind LowCardinality(String)',
        'hash String',
        'ddl String',
        'version String',
        'applied_at DateTime64(3) DEFAULT now64(3)',
      ],
      'ENGINE = ReplacingMergeTree(applied_at) ORDER BY name',
    ),
    named(
      'tick',
      ['at DateTime64(3)', 'hi DateTime64(3)'],
      'ENGINE = MergeTree ORDER BY at TTL toDateTime(at) + INTERVAL 7 DAY',
    ),
    // Marks of the last day one by one, of former days only the greatest of each view: a view that stood still for weeks
    // goes on where it was.
    projected(
      'done',
      ['view LowCardinality(String)', 'hi DateTime64(3)', 'at DateTime64(3)'],
      'SELECT view, max(hi) GROUP BY view',
      'ENGINE = MergeTree ORDER BY (view, at) TTL toDateTime(at) + INTERVAL 1 DAY GROUP BY view SET hi = max(hi), at = max(at)',
    ),
    projected(
      'late',
      ['role LowCardinality(String)', 'd Date', 'hi DateTime64(3)', 'at DateTime64(3)', 'rows UInt64', 'sealed UInt8'],
      'SELECT role, d, sealed, max(at) GROUP BY role, d, sealed',
      'ENGINE = MergeTree ORDER BY (role, d, at) TTL toDateTime(at) + INTERVAL 90 DAY',
    ),
    projected(
      'recounts',
      ['at DateTime64(3)', 'role LowCardinality(String)', 'd Date', 'why LowCardinality(String)'],
      'SELECT role, d, why, max(at) GROUP BY role, d, why',
      'ENGINE = MergeTree ORDER BY (role, at) TTL toDateTime(at) + INTERVAL 90 DAY',
    ),
    named(
      'drift',
      ['at DateTime64(3)', 'rollup LowCardinality(String)', 'd Date', 'rows UInt64', 'total UInt64'],
      'ENGINE = MergeTree ORDER BY (rollup, at) TTL toDateTime(at) + INTERVAL 90 DAY',
      ['ADD COLUMN IF NOT EXISTS total UInt64 AFTER rows'],
    ),
    projected(
      'refresh_log',
      [
        'at DateTime64(3)',
        'view LowCardinality(String)',
        'started DateTime',
        'duration_ms UInt64',
        'ok UInt8',
        'exception String',
        'retry UInt64',
        'read_rows UInt64',
        'read_bytes UInt64',
        'written_rows UInt64',
      ],
      'SELECT view, ok, max(started) GROUP BY view, ok',
      'ENGINE = MergeTree ORDER BY (view, at) TTL toDateTime(at) + INTERVAL 90 DAY',
    ),
    named(
      'top_values',
      [
        'role LowCardinality(String)',
        'dimension LowCardinality(String)',
        'since Date',
        'value String',
        'at DateTime64(3) DEFAULT now64(3)',
      ],
      'ENGINE = ReplacingMergeTree(at) ORDER BY (role, dimension, since, value)',
    ),
    // Filled by people: what happened, drawn over the dashboards.
    named(
      'incidents',
      [
        'at DateTime64(3)',
        'until Nullable(DateTime64(3))',
        'title String',
        'text String',
        'tags Array(LowCardinality(String))',
        'noted_at DateTime64(3) DEFAULT now64(3)',
      ],
      'ENGINE = MergeTree ORDER BY at',
    ),
    named(
      'backfills',
      [
        'target String',
        'hash String',
        'from_day Date',
        'to_day Date',
        'rows UInt64',
        'ms UInt64',
        'at DateTime64(3) DEFAULT now64(3)',
      ],
      'ENGINE = MergeTree ORDER BY (target, hash, from_day) TTL toDateTime(at) + INTERVAL 90 DAY',
    ),
  ];
}

/** How a step's table is made. */
export interface TableMaking {
  /** Its name; a rebuild makes it beside the one that it becomes. */
  readonly name?: string;
  /** Hash of the definition: on a cluster tells a rebuilt table from the one before. */
  readonly generation?: string;
  readonly comment?: string;
}

/** CREATE TABLE of a step's target; absent where it writes a base table. */
export function stepTable(
  installation: Installation,
  step: Step,
  { name = step.table, generation, comment }: TableMaking = {},
): string | undefined {
  const ddl = tableOfStep(installation, step, tableOf(installation, name));
  if (ddl === undefined) return undefined;
  const kind = step.of.kind === 'ledger' ? 'ledger' : 'rollup';
  const object = { kind, name, ddl, becomes: step.table, ...(generation !== undefined && { generation }) } as const;
  return `${placed(installation, object)}${comment === undefined ? '' : `\nCOMMENT ${literal(comment)}`}`;
}

function tableOfStep(installation: Installation, step: Step, full: string): string | undefined {
  switch (step.of.kind) {
    case 'late':
      return undefined;
    case 'ledger':
      return ledgerTable(step.of.context, full);
    case 'places':
      return placesTable(step.of.context, step.of.rollup, full);
    case 'finished':
      return finishedTable(installation, step.of.rollup, full);
  }
}

function ledgerTable({ source, placeColumns }: SourceContext, full: string): string {
  const places = placeColumns.map((logical) => `${ledgerColumn(logical)} ${source.types[logical] ?? 'String'}`);
  const key = ['id', 'm', ...placeColumns.map(ledgerColumn)].join(', ');
  return table(
    full,
    [
      `id ${source.types['id'] ?? 'String'}`,
      "m DateTime('UTC')",
      ...places,
      'INDEX m_index m TYPE minmax GRANULARITY 1',
    ],
    `ENGINE = ReplacingMergeTree ORDER BY (${key})`,
  );
}

const day = (timezone: string) => [
  'd Date',
  `t DateTime(${literal(timezone)}) ALIAS toDateTime(d, ${literal(timezone)})`,
];
const runIndex = 'INDEX run_index run TYPE minmax GRANULARITY 1';
const run = ['run DateTime64(3)', runIndex];
const sweptIndex = 'INDEX swept_index swept_at TYPE minmax GRANULARITY 1';

function finishedTable(installation: Installation, rollup: Finished, full: string): string {
  const source = installation.sources[rollup.role];
  const keys = rollup.keys.map((k) => `${ident(k.column)} ${source ? keyType(source, k) : 'String'}`);
  const columns = rollup.columns.map(
    (c) => `${ident(c.column)} ${c.type ?? 'UInt64'} COMMENT ${literal(c.description)}`,
  );
  const key = rollup.keys.map((k) => ident(k.column));
  const perEntity = isPerEntity(rollup);
  return table(
    full,
    [...day(rollup.timezone), ...keys, ...columns, ...run, ...(perEntity ? ['del UInt8'] : [])],
    perEntity
      ? `ENGINE = ReplacingMergeTree(run, del) ORDER BY (${key.join(', ')})`
      : `ENGINE = ReplacingMergeTree(run) ORDER BY (${['d', ...key].join(', ')})`,
  );
}

/** Days that a partition of each grain spans is what is dropped and merged at once. */
const partitions = { minute: 'toYYYYMMDD(m)', quarter: 'toYYYYMM(m)', day: 'toYear(d)' } as const;

/** Columns of progress where a later run replaces a row. */
const replaced = [...run, 'del UInt8', 'swept_at DateTime64(3)', sweptIndex];
/** The same where rows add up (mode *insert*). */
const added = [
  'run SimpleAggregateFunction(max, DateTime64(3))',
  runIndex,
  'del SimpleAggregateFunction(max, UInt8)',
  'swept_at SimpleAggregateFunction(max, DateTime64(3))',
  sweptIndex,
];

function placesTable({ source }: SourceContext, rollup: Places, full: string): string {
  const keys = rollup.keys.map((k) => `${ident(k.column)} ${keyType(source, k)}`);
  const inserted = source.mode === 'insert';
  const measures = rollup.measures.flatMap((m) => {
    const lines = inserted ? measureLines(source, m) : [`${ident(m.column)} ${m.type}`];
    return lines.map((line) => `${line} COMMENT ${literal(m.description)}`);
  });
  const bucket = bucketColumn(rollup);
  const perUser = rollup.keys.some((k) => k.type === 'source');
  // Read with FINAL: merging each quiet partition to one part makes that up to 100 × cheaper.
  const settings = ['min_age_to_force_merge_seconds = 600', 'min_age_to_force_merge_on_partition_only = 1'];
  // Sketches are dear to read, and a granule is read whole. With few rows in each, over 350,000 rows: four quarter hours take
  // 15 ms in place of 64, a week that lies in several parts 58 in place of 195.
  if (rollup.measures.some((m) => m.type.startsWith('AggregateFunction'))) settings.push('index_granularity = 1024');
  const partition = perUser ? 'toYYYYMM(d)' : partitions[rollup.grain];
  // A day longer than its life, so that no bucket is half gone while the life is compared by days.
  const ttl = rollup.lifeDays === null ? '' : `\nTTL m + INTERVAL ${rollup.lifeDays + 2} DAY`;
  const key = [bucket, ...rollup.keys.map((k) => ident(k.column))].join(', ');
  return table(
    full,
    [
      ...(bucket === 'd' ? day(rollup.timezone) : ["m DateTime('UTC')"]),
      ...keys,
      ...measures,
      ...(inserted ? added : replaced),
    ],
    `ENGINE = ${inserted ? 'AggregatingMergeTree' : 'ReplacingMergeTree(run, del)'} PARTITION BY ${partition} ORDER BY (${key})${ttl}\nSETTINGS ${settings.join(', ')}`,
  );
}
