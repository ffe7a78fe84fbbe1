import { retentionGrid } from '../../core/retention';
import { literal } from '../../core/sql/quote';
import { retentionTable } from '../../packs/product/retention';
import { placed } from '../cluster';
import type { Installation } from '../installation';
import { tableOf } from '../rollups/context';

/** Columns of the view, with the types that they have where nothing is saved. */
const columns = {
  retention: 'String',
  title: 'String',
  mode: 'String',
  interval: 'String',
  windows: 'String',
  periods: 'UInt16',
  cohort: 'Date',
  t: 'DateTime',
  grp: 'String',
  k: 'UInt16',
  size: 'UInt64',
  users_on: 'Nullable(UInt64)',
  users_after: 'Nullable(UInt64)',
} as const;

/** SQL of the instant after the last day that has any event: where a source dried up, zeros would only wait. Told by the parts, unread. */
export const dataEndSql = (installation: Installation): string =>
  // A scalar subquery is Nullable: without a day nothing is told.
  `ifNull(toDateTime64(addDays((SELECT max(d) FROM ${tableOf(installation, 'user_day')}), 1), 3, ${literal(installation.timezone)}), toDateTime64(0, 3))`;

/** Marks of all saved retentions as one scalar, which the engine asks for once however many branches name it: table → proven. */
const marksSql = (installation: Installation): string =>
  `(SELECT mapFromArrays(groupArray(toString(view)), groupArray(hi)) FROM (SELECT view, max(hi) AS hi FROM ${tableOf(installation, 'done')} WHERE startsWith(view, ${literal(retentionTable(''))}) GROUP BY view))`;

/** SQL of the instant up to which a table of a saved retention tells everything; without a mark nothing is told. */
const coveredSql = (installation: Installation, table: string): string =>
  `least(now64(3), ${marksSql(installation)}[${literal(table)}], ${dataEndSql(installation)})`;

/**
 * View `retentions`: the cells of every saved retention, told apart by its name, in the reporting zone: what dashboards and people
 * read. Installed with role *events*, empty where nothing is saved. Cells whose interval is not over or not covered are NULL.
 */
export function retentionsView(installation: Installation): string | undefined {
  if (!installation.sources.events) return undefined;
  const { timezone, weekStart, retentions } = installation;
  const branches = retentions.map((spec) => {
    const table = retentionTable(spec.name);
    const grid = retentionGrid(spec, {
      rows: `${tableOf(installation, table)} FINAL`,
      weekStart,
      timezone,
      covered: coveredSql(installation, table),
      byGroup: true,
    });
    const own = {
      retention: literal(spec.name),
      title: literal(spec.title),
      mode: literal(spec.mode),
      interval: literal(spec.interval),
      windows: literal(spec.windows),
      periods: `toUInt16(${spec.periods})`,
      t: `toDateTime(cohort, ${literal(timezone)})`,
    };
    const list = Object.keys(columns).map((name) =>
      name in own ? `${own[name as keyof typeof own]} AS ${name}` : name,
    );
    return `SELECT ${list.join(', ')}\nFROM (\n${grid}\n)`;
  });
  const none = Object.entries(columns).map(([name, type]) => `defaultValueOfTypeName(${literal(type)}) AS ${name}`);
  const select = branches.length > 0 ? branches.join('\nUNION ALL\n') : `SELECT ${none.join(', ')} WHERE 0`;
  const ddl = `CREATE OR REPLACE VIEW ${tableOf(installation, 'retentions')} AS\n${select}`;
  return placed(installation, { kind: 'view', name: 'retentions', ddl });
}
