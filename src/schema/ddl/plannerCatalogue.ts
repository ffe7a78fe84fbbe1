import type { MetricSpec, PlannerCatalogue, RollupSpec, SourceSpec, Watermarks } from '../../core/metrics';
import { withWatermarks } from '../../core/metrics';
import type { RoleName } from '../../core/model';
import type { Metric, RollupMeasure } from '../../packs/types';
import { column, isConstant, keySql, overSource, present } from '../rollups/columns';
import type { Installation, Source } from '../installation';
import type { Finished, InstalledRollup, Kept, Places } from '../rollups/installed';
import { installedRollups } from '../rollups/installed';
import { ledgerName } from '../rollups/ledger';
import { lateName } from '../refresh/late';

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
  const catalogue: PlannerCatalogue = {
    timezone: installation.timezone,
    weekStart: installation.weekStart,
    metrics: packs.flatMap((pack) =>
      pack.metrics.flatMap((metric) => {
        const own = installed.find((r) => r.rollup.family === metric.rollup);
        const source = own && installation.sources[own.role];
        return own && source ? [metricSpec(metric, own, source, installed)] : [];
      }),
    ),
    rollups: installed.flatMap((own) => {
      const source = installation.sources[own.role];
      return source && isAsked(own) ? [rollupSpec(installation, own, source, installed)] : [];
    }),
    sources: sources.map((source) => sourceSpec(installation, source, installed)),
  };
  return withWatermarks(catalogue, watermarks);
}

/** Whether a question may be answered from a table: finished numbers that no metric names are read by dashboards only. */
const isAsked = ({ pack, rollup }: InstalledRollup): boolean =>
  rollup.kind === 'places' || pack.metrics.some((metric) => metric.rollup === rollup.family);

/** The table of places that a table is, or is kept from. */
function baseOf(rollup: Kept, installed: readonly InstalledRollup[]): Places {
  if (rollup.kind === 'places') return rollup;
  const base = installed.find((r) => r.rollup.name === rollup.from);
  if (!base) throw new Error(`${rollup.name} is kept from ${rollup.from}, which is not installed.`);
  return baseOf(base.rollup, installed);
}

function metricSpec(
  metric: Metric,
  { rollup, role }: InstalledRollup,
  source: Source,
  installed: readonly InstalledRollup[],
): MetricSpec {
  const base = baseOf(rollup, installed);
  const counted =
    metric.class === 'entity-set' || metric.windows ? base.keys.find((k) => k.type === 'source') : undefined;
  const named = (name: string) => new RegExp(`\\b${name}\\b`).test(`${metric.sql} ${metric.weight ?? ''}`);
  const finished = rollup.kind === 'finished' && !metric.windows ? rollup : undefined;
  return {
    name: metric.name,
    title: metric.title,
    class: metric.class,
    role,
    measures: metric.windows
      ? []
      : (finished ? numbersOf(finished) : measuresOf(base, source)).filter((m) => named(m.column)),
    ...(counted && { entity: counted.from }),
    ...(metric.windows && { windows: metric.windows }),
    sql: metric.sql,
    ...(metric.weight !== undefined && { weight: metric.weight }),
    ...(metric.unmixed !== undefined && !isConstant(source, metric.unmixed) && { unmixed: metric.unmixed }),
    // No single row answers for finished numbers: what they are not kept by, they are not told by.
    dimensions: finished ? metric.dimensions : dimensionsOf(metric, base, source, installed),
    ...rowsThatCount(base, source),
    raw: !finished && metric.class !== 'semi-additive',
    ...(finished && { wholeDays: true }),
    ...(metric.per && { per: metric.per }),
  };
}

/** The metric's own dimensions and the configured ones by which its rollup, or another of the same measures, is kept. */
function dimensionsOf(
  metric: Metric,
  base: Places,
  source: Source,
  installed: readonly InstalledRollup[],
): readonly string[] {
  const alike = installed.flatMap(({ rollup, role }) =>
    rollup.kind === 'places' && role === base.role && rollup.measures === base.measures ? [rollup] : [],
  );
  const configured = source.dimensions.filter((d) =>
    [base, ...alike].some((rollup) => rollup.keys.some((k) => k.from === d)),
  );
  return [...new Set([...metric.dimensions, ...configured])];
}

function rollupSpec(
  installation: Installation,
  { rollup, role }: InstalledRollup,
  source: Source,
  installed: readonly InstalledRollup[],
): RollupSpec {
  const base = baseOf(rollup, installed);
  const finished = rollup.kind === 'finished';
  const windows = finished
    ? rollup.columns.flatMap((c) => (c.windowDays ? [[c.column, c.windowDays] as const] : []))
    : [];
  return {
    name: rollup.name,
    table: `${installation.database}.${rollup.name}`,
    role,
    kind: finished ? 'finished' : 'places',
    grain: grainSeconds[rollup.grain],
    timezone: rollup.timezone,
    lifeDays: finished ? null : rollup.lifeDays,
    ...(finished && { from: rollup.from }),
    keys: rollup.keys.map((k) => ({
      column: k.column,
      from: k.from,
      wide: k.type !== 'LowCardinality(String)',
      capped: k.top !== undefined && source.capped.includes(k.from),
    })),
    measures: finished ? numbersOf(rollup) : measuresOf(base, source),
    windows: Object.fromEntries(windows),
    ...rowsThatCount(base, source),
    watermarkMs: null,
  };
}

/** Numbers of a finished rollup that may be summed; by their name, for no single row contributes to them. */
const numbersOf = ({ family, columns }: Finished) =>
  columns
    .filter((c) => c.windowDays === undefined)
    .map((c) => ({
      column: c.column,
      type: c.type ?? 'UInt64',
      row: `${family}.${c.column}`,
      ...(c.class === 'semi-additive' && { semiAdditive: true }),
    }));

const grainSeconds = { minute: 60, quarter: 900, day: 'day' } as const;

const measuresOf = (rollup: Places, source: Source) =>
  rollup.measures.map((m: RollupMeasure) => ({
    column: m.column,
    type: m.type,
    row: overSource(source, m.row),
    ...(m.state !== undefined && { state: m.state.replace('(', 'State(') }),
    ...(m.class === 'semi-additive' && { semiAdditive: true }),
  }));

/** Which rows a rollup counts: its filter, and the columns in which NULL leaves a row out. */
function rowsThatCount(rollup: Places, source: Source): Pick<MetricSpec, 'present' | 'where'> {
  const needed = [...new Set(['time', ...rollup.keys.map((k) => k.from)])];
  return {
    present: needed.filter((logical) => notNull(source, logical) !== '1'),
    where: rollup.where ? overSource(source, rollup.where) : '',
  };
}

/** Condition that leaves out NULL in a logical column, without the one that makes rows the role's. */
const notNull = (source: Source, logical: string) => present({ ...source, only: '' }, [logical]);

function sourceSpec(installation: Installation, source: Source, installed: readonly InstalledRollup[]): SourceSpec {
  const keys = installed
    .filter((r) => r.role === source.role)
    .flatMap((r) => (r.rollup.kind === 'places' ? r.rollup.keys : []));
  // Keys too: an optional column that is not mapped has the same value in every row.
  const logical = [...new Set([...Object.keys(source.columns), ...keys.map((k) => k.from)])];
  const key = (name: string) => keys.find((k) => k.from === name);
  const value = (name: string) => {
    const found = key(name);
    return found ? keySql(source, found) : column(source, name);
  };
  const inDatabase = (table: string) => `${installation.database}.${table}`;
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
        const condition = notNull(source, name);
        return condition === '1' ? [] : [[name, condition]];
      }),
    ),
    deleted: column(source, 'deleted'),
    only: source.only,
    keepsDays: source.keepsDays,
    collapses: source.collapses,
    id,
    newest: source.columns['version'] ?? stamp,
    stamp,
    ledger: source.sourceClass === 'moving' ? inDatabase(ledgerName(source)) : undefined,
    late:
      source.sourceClass === 'window' || source.mode === 'insert'
        ? undefined
        : {
            step: lateName(source),
            queue: inDatabase('late'),
            recounts: inDatabase('recounts'),
            done: inDatabase('done'),
          },
  };
}
