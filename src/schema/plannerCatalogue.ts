import type { MetricSpec, PlannerCatalogue, RollupSpec, SourceSpec } from '../core/metrics';
import type { RoleName } from '../core/model';
import type { Metric, Pack, Rollup, SourceRollup } from '../packs/types';
import { column, keySql, overSource, present } from './columns';
import type { Installation, Source } from './installation';
import { ledgerName } from './sourceRollup';
import type { InstalledRollup } from './steps';
import { installedRollups } from './steps';

/** Rollup → all rows stamped up to here (ms since 1970 UTC) are counted; absent before the first proven run. */
export type Watermarks = ReadonlyMap<string, number>;

/** Watermarks from what {@link readStatus} tells. */
export function watermarksOf(status: readonly { readonly rollup: string; readonly hi: string | null }[]): Watermarks {
  return new Map(
    status.flatMap(({ rollup, hi }) =>
      hi === null ? [] : [[rollup, Date.parse(`${hi.replace(' ', 'T')}Z`)] as const],
    ),
  );
}

/** What is installed, as the planner (`core/metrics`) takes it: the packs' data with the user's columns filled in. */
export function plannerCatalogue(installation: Installation, watermarks: Watermarks): PlannerCatalogue {
  const installed = installedRollups(installation);
  const packs = [...new Set(installed.map((r) => r.pack))];
  const sources = Object.values(installation.sources);
  return {
    weekStart: installation.weekStart,
    metrics: packs.flatMap((pack) =>
      pack.metrics.flatMap((metric) => {
        const own = installed.find((r) => r.rollup.name === metric.rollup);
        const source = own && installation.sources[own.role];
        return own && source ? [metricSpec(metric, own, source)] : [];
      }),
    ),
    rollups: installed.flatMap((own) => {
      const source = installation.sources[own.role];
      return source ? [rollupSpec(installation, own, source, watermarks.get(own.rollup.name) ?? null)] : [];
    }),
    sources: sources.map((source) => sourceSpec(installation, source, installed)),
  };
}

/** The rollup over the source that a rollup is, or is kept from. */
function baseOf(pack: Pack, rollup: Rollup): SourceRollup {
  if (rollup.kind === 'source') return rollup;
  const base = pack.rollups.find((r) => r.name === rollup.from);
  if (!base)
    throw new Error(`Pack ${pack.name}: rollup ${rollup.name} is kept from ${rollup.from}, which it does not have.`);
  return baseOf(pack, base);
}

function metricSpec(metric: Metric, { pack, rollup, role }: InstalledRollup, source: Source): MetricSpec {
  const base = baseOf(pack, rollup);
  const counted =
    metric.class === 'entity-set' || metric.windows ? base.keys.find((k) => k.type === 'source') : undefined;
  const named = (name: string) => new RegExp(`\\b${name}\\b`).test(metric.sql);
  return {
    name: metric.name,
    title: metric.title,
    class: metric.class,
    role,
    measures: metric.windows ? [] : measuresOf(base, source).filter((m) => named(m.column)),
    ...(counted && { entity: counted.from }),
    ...(metric.windows && { windows: metric.windows }),
    sql: metric.sql,
    ...(metric.weight !== undefined && { weight: metric.weight }),
    dimensions: metric.dimensions,
    ...rowsThatCount(base, source),
    raw: true,
  };
}

function rollupSpec(
  installation: Installation,
  { pack, rollup, role }: InstalledRollup,
  source: Source,
  watermarkMs: number | null,
): RollupSpec {
  const base = baseOf(pack, rollup);
  const finished = rollup.kind === 'activeDays';
  const windows = finished
    ? rollup.columns.flatMap((c) => (c.windowDays ? [[c.column, c.windowDays] as const] : []))
    : [];
  return {
    name: rollup.name,
    table: `${installation.database}.${rollup.name}`,
    role,
    kind: finished ? 'finished' : 'places',
    grain: rollup.grain,
    timezone: installation.timezone,
    keys: finished ? [] : base.keys.map((k) => ({ column: k.column, from: k.from, wide: k.type === 'source' })),
    measures: finished ? [] : measuresOf(base, source),
    windows: Object.fromEntries(windows),
    ...rowsThatCount(base, source),
    watermarkMs,
  };
}

const measuresOf = (rollup: SourceRollup, source: Source) =>
  rollup.measures.map((m) => ({ column: m.column, type: m.type, row: overSource(source, m.row) }));

/** Which rows a rollup counts: its filter, and the columns in which NULL leaves a row out. */
function rowsThatCount(rollup: SourceRollup, source: Source): Pick<MetricSpec, 'present' | 'where'> {
  const needed = [...new Set(['time', ...rollup.keys.map((k) => k.from)])];
  return {
    present: needed.filter((logical) => present(source, [logical]) !== '1'),
    where: rollup.where ? overSource(source, rollup.where) : '',
  };
}

function sourceSpec(installation: Installation, source: Source, installed: readonly InstalledRollup[]): SourceSpec {
  const logical = Object.keys(source.columns);
  const keys = installed
    .filter((r) => r.role === source.role)
    .flatMap((r) => (r.rollup.kind === 'source' ? r.rollup.keys : []));
  const key = (name: string) => keys.find((k) => k.from === name);
  const value = (name: string) => {
    const found = key(name);
    return found ? keySql(source, found) : column(source, name);
  };
  const id = source.columns['id'] === undefined ? undefined : column(source, 'id');
  const stamp = source.columns['ingestedAt'];
  return {
    role: source.role satisfies RoleName,
    table: source.table,
    sourceClass: source.sourceClass,
    daysOnly: /^Date(32)?$/.test(source.types['time'] ?? ''),
    time: column(source, 'time'),
    timeColumn: source.columns['time'] ?? column(source, 'time'),
    columns: Object.fromEntries(logical.map((name) => [name, value(name)])),
    notNull: Object.fromEntries(
      logical.flatMap((name) => {
        const condition = present(source, [name]);
        return condition === '1' ? [] : [[name, condition]];
      }),
    ),
    deleted: column(source, 'deleted'),
    collapses: source.collapses,
    id,
    newest: source.columns['version'] ?? stamp,
    stamp,
    ledger: source.sourceClass === 'moving' ? `${installation.database}.${ledgerName(source)}` : undefined,
  };
}
