import { ident, literal, qualified } from '../core/sql/quote';
import type { Rollup } from '../packs/types';
import { keyType } from './columns';
import type { Installation } from './installation';
import type { SourceContext } from './sourceRollup';
import { ledgerColumn } from './sourceRollup';
import type { Step } from './steps';

/** Columns of a CREATE TABLE, one a line. */
type ColumnLines = readonly string[];

function table(name: string, columns: ColumnLines, tail: string): string {
  return `CREATE TABLE IF NOT EXISTS ${name}\n(\n  ${columns.join(',\n  ')}\n)\n${tail}`;
}

/** Tables of progress and of what is installed; the same in every installation. */
export function baseTables(installation: Installation): readonly { readonly name: string; readonly ddl: string }[] {
  const named = (name: string, columns: ColumnLines, tail: string) => ({
    name,
    ddl: table(qualified(`${installation.database}.${name}`), columns, tail),
  });
  const days = 'TTL toDateTime(at) + INTERVAL 7 DAY';
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
    named('tick', ['at DateTime64(3)', 'hi DateTime64(3)'], `ENGINE = MergeTree ORDER BY at ${days}`),
    named(
      'sweep_days',
      ['at DateTime64(3)', 'd Date'],
      `ENGINE = MergeTree ORDER BY at TTL toDateTime(at) + INTERVAL 90 DAY`,
    ),
    named(
      'drift',
      ['at DateTime64(3)', 'rollup LowCardinality(String)', 'd Date', 'rows UInt64'],
      'ENGINE = MergeTree ORDER BY (rollup, at) TTL toDateTime(at) + INTERVAL 90 DAY',
    ),
    // A view whose marks are all older than their life starts from the beginning: dear, but true.
    named(
      'done',
      ['view LowCardinality(String)', 'hi DateTime64(3)', 'at DateTime64(3)'],
      `ENGINE = MergeTree ORDER BY (view, at) ${days}`,
    ),
  ];
}

/** CREATE TABLE of a step's target under any name (a rebuild makes it beside the old one). */
export function stepTable(installation: Installation, step: Step, name: string = step.name): string {
  const full = qualified(`${installation.database}.${name}`);
  if (step.of.kind === 'ledger') return ledgerTable(step.of.context, full);
  return rollupTable(installation, step.of.rollup, step.of.context, full);
}

function ledgerTable({ source, placeColumns }: SourceContext, full: string): string {
  const places = placeColumns.map((logical) => `${ledgerColumn(logical)} ${source.types[logical] ?? 'String'}`);
  const key = ['id', 'm', ...placeColumns.map(ledgerColumn)].join(', ');
  return table(
    full,
    [`id ${source.types['id'] ?? 'String'}`, "m DateTime('UTC')", ...places],
    `ENGINE = ReplacingMergeTree ORDER BY (${key})`,
  );
}

function rollupTable(
  installation: Installation,
  rollup: Rollup,
  context: SourceContext | undefined,
  full: string,
): string {
  const zone = literal(installation.timezone);
  const day = ['d Date', `t DateTime(${zone}) ALIAS toDateTime(d, ${zone})`];
  const run = ['run DateTime64(3)', 'INDEX run_index run TYPE minmax GRANULARITY 1'];
  if (rollup.kind === 'activeDays') {
    const columns = rollup.columns.map((c) => `${ident(c.column)} UInt64 COMMENT ${literal(c.description)}`);
    return table(full, [...day, ...columns, ...run], 'ENGINE = ReplacingMergeTree(run) ORDER BY d');
  }
  if (!context) throw new Error(`Rollup ${rollup.name} is kept from a source, but no source is given.`);
  const keys = rollup.keys.map((k) => `${ident(k.column)} ${keyType(context.source, k)}`);
  const measures = rollup.measures.map((m) => `${ident(m.column)} ${m.type} COMMENT ${literal(m.description)}`);
  const perUser = rollup.keys.some((k) => k.type === 'source');
  // A table of users is read with FINAL over many parts: merging each quiet partition to one part makes that 100 × cheaper.
  const settings = perUser
    ? ' SETTINGS min_age_to_force_merge_seconds = 600, min_age_to_force_merge_on_partition_only = 1'
    : '';
  const partition = perUser ? 'toYYYYMM(d)' : 'toYear(d)';
  const key = ['d', ...rollup.keys.map((k) => ident(k.column))].join(', ');
  return table(
    full,
    [...day, ...keys, ...measures, ...run, 'del UInt8', 'swept_at DateTime64(3)'],
    `ENGINE = ReplacingMergeTree(run, del) PARTITION BY ${partition} ORDER BY (${key})${settings}`,
  );
}
