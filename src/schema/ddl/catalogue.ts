import { ident, literal, qualified } from '../../core/sql/quote';
import { alertCatalogue } from '../alerts/catalogue';
import type { Installation } from '../installation';
import { typicalAnswers } from './answers';
import { plannerCatalogue } from './plannerCatalogue';
import { installedRollups } from '../rollups/installed';
import { refreshSteps } from '../refresh/steps';

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
const insertPromise = 'Each row counts when it is inserted; a redelivered row counts twice.';

/** The catalogue: one definition of every number for the builder, the dashboards, the alert rules and the docs. */
export function catalogueTables(installation: Installation, version: string): readonly CatalogueTable[] {
  const rollups = installedRollups(installation);
  const planner = plannerCatalogue(installation, new Map());
  const dimensions = new Map(planner.metrics.map((m) => [m.name, m.dimensions] as const));
  const periods = new Map(refreshSteps(installation).map((s) => [s.name, s.everySeconds] as const));
  const metrics = [...new Set(rollups.map((r) => r.pack))].flatMap((pack) =>
    pack.metrics.flatMap((m) => {
      const own = dimensions.get(m.name);
      return own ? [{ windows: {}, weight: '', ...m, dimensions: own, pack: pack.name }] : [];
    }),
  );
  const write = (name: string, structure: string, orderBy: string, rows: readonly object[]): CatalogueTable => ({
    name,
    ddl: `CREATE OR REPLACE TABLE ${qualified(`${installation.database}.${name}`)} ENGINE = MergeTree ORDER BY ${orderBy} AS
SELECT * FROM ${rows.length === 0 ? `null(${literal(structure)})` : `format(JSONEachRow, ${literal(structure)}, ${literal(rows.map((r) => JSON.stringify(r)).join('\n'))})`}`,
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
      'name String, family String, title String, description String, pack String, role String, source String, source_class String, promise String, grain String, timezone String, dimensions Array(String), measures Array(String), every_s UInt32',
      'name',
      rollups.map(({ pack, rollup, role, sourceClass }) => ({
        name: rollup.name,
        title: rollup.title,
        description: rollup.description,
        pack: pack.name,
        role,
        source: installation.sources[role]?.table,
        source_class: sourceClass,
        promise: installation.sources[role]?.mode === 'insert' ? insertPromise : promises[sourceClass],
        grain: rollup.grain,
        family: rollup.family,
        timezone: rollup.timezone,
        dimensions: rollup.keys.map((k) => k.column),
        measures: rollup.kind === 'places' ? rollup.measures.map((m) => m.column) : rollup.columns.map((c) => c.column),
        every_s: periods.get(rollup.name) ?? installation.everySeconds,
      })),
    ),
    write('catalog_settings', 'key String, value String', 'key', [
      // What `core/metrics` plans questions from, without watermarks (rollup_status has those).
      { key: 'planner', value: JSON.stringify(planner) },
      { key: 'timezone', value: installation.timezone },
      { key: 'version', value: version },
      { key: 'week_start', value: installation.weekStart },
    ]),
    answersTable(installation),
    ...alertCatalogue(installation).map(({ name, structure, orderBy, rows }) => write(name, structure, orderBy, rows)),
  ];
}

/**
 * `catalog_answers`: what the planner answers typical questions from. The same reasons come again and again, so each is
 * written once and named by its number: a statement has at most 256 KiB.
 */
function answersTable(installation: Installation): CatalogueTable {
  const answers = typicalAnswers(installation);
  const texts = [...new Set(answers.flatMap((a) => [...a.reasons, ...(a.refused ? [a.refused] : [])]))];
  const numbers = new Map(texts.map((text, i) => [text, i + 1] as const));
  const of = (text: string) => numbers.get(text) ?? 0;
  // Without any role there is nothing to ask.
  const rows = answers.map((a) =>
    JSON.stringify([a.metric, a.interval, a.by, a.rollup, of(a.refused), a.reasons.map(of)]),
  );
  const structure =
    '`metric` String, `interval` String, `by` Array(String), `rollup` String, `tm_refused` UInt16, `tm_reasons` Array(UInt16)';
  const columns = [
    ...['metric', 'interval', 'by', 'rollup'].map(ident),
    'tm_texts[tm_refused] AS `refused`',
    "arrayStringConcat(arrayMap(tm_i -> tm_texts[tm_i], tm_reasons), '\n') AS `reasons`",
  ];
  const name = 'catalog_answers';
  return {
    name,
    ddl: `CREATE OR REPLACE TABLE ${qualified(`${installation.database}.${name}`)} ENGINE = MergeTree ORDER BY (\`metric\`, \`interval\`, \`by\`) AS
WITH [${texts.map((text) => literal(text)).join(', ')}]::Array(String) AS tm_texts
SELECT ${columns.join(', ')}
FROM ${rows.length === 0 ? `null(${literal(structure)})` : `format(JSONCompactEachRow, ${literal(structure)}, ${literal(rows.join('\n'))})`}`,
  };
}
