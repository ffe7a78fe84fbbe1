import { literal, qualified } from '../core/sql/quote';
import type { Installation } from './installation';
import { plannerCatalogue } from './plannerCatalogue';
import { installedRollups } from './steps';

/** A small table that is written anew, whole and atomically, when its content changes. */
export interface CatalogueTable {
  readonly name: string;
  readonly ddl: string;
}

const promises = {
  append: 'Exact after a refresh; redelivered rows count once.',
  fixed: 'Exact after a refresh; measures may change and rows be deleted.',
  moving: 'Exact after a refresh; rows may change in any way, deletes may carry only the key.',
  window: 'Exact inside the window of days that each refresh recomputes; older days as they were.',
} as const;

/** The catalogue: one definition of every number for the builder, the dashboards, the alert rules and the docs. */
export function catalogueTables(installation: Installation, version: string): readonly CatalogueTable[] {
  const rollups = installedRollups(installation);
  const names = new Set(rollups.map((r) => r.rollup.name));
  const metrics = [...new Set(rollups.map((r) => r.pack))].flatMap((pack) =>
    pack.metrics.filter((m) => names.has(m.rollup)).map((m) => ({ windows: {}, weight: '', ...m, pack: pack.name })),
  );
  const write = (name: string, structure: string, orderBy: string, rows: readonly object[]): CatalogueTable => ({
    name,
    ddl: `CREATE OR REPLACE TABLE ${qualified(`${installation.database}.${name}`)} ENGINE = MergeTree ORDER BY ${orderBy} AS
SELECT * FROM format(JSONEachRow, ${literal(structure)}, ${literal(rows.map((r) => JSON.stringify(r)).join('\n'))})`,
  });
  return [
    write(
      'catalog_metrics',
      'name String, title String, description String, unit String, class String, pack String, rollup String, sql String, windows Map(String, UInt16), weight String, dimensions Array(String)',
      'name',
      metrics,
    ),
    write(
      'catalog_rollups',
      'name String, title String, description String, pack String, role String, source String, source_class String, promise String, grain String, timezone String, dimensions Array(String), measures Array(String), every_s UInt32',
      'name',
      rollups.map(({ pack, rollup, role, sourceClass }) => ({
        name: rollup.name,
        title: rollup.title,
        description: rollup.description,
        pack: pack.name,
        role,
        source: installation.sources[role]?.table,
        source_class: sourceClass,
        promise: promises[sourceClass],
        grain: rollup.grain,
        timezone: installation.timezone,
        dimensions: rollup.kind === 'source' ? rollup.keys.map((k) => k.column) : [],
        measures: rollup.kind === 'source' ? rollup.measures.map((m) => m.column) : rollup.columns.map((c) => c.column),
        every_s:
          rollup.kind === 'source'
            ? installation.everySeconds
            : Math.max(rollup.everySeconds, installation.everySeconds),
      })),
    ),
    write('catalog_settings', 'key String, value String', 'key', [
      // What `core/metrics` plans questions from, without watermarks (rollup_status has those).
      { key: 'planner', value: JSON.stringify(plannerCatalogue(installation, new Map())) },
      { key: 'timezone', value: installation.timezone },
      { key: 'version', value: version },
      { key: 'week_start', value: installation.weekStart },
    ]),
  ];
}
