import { ident, literal, qualified } from '../sql/quote';
import type { MeasureSpec, RollupSpec, SourceSpec } from './catalogue';
import { filterSql, inPiece } from './conditions';
import type { Stretch } from './cover';
import { rollupZone } from './fits';
import type { Interval } from './interval';
import { bucketSql } from './interval';
import type { Asked } from './question';

/**
 * A statement that gives rows as a metric's SQL takes them: `t` (the bucket; not for interval `all`), the dimensions asked
 * for, the measures and the entity, whatever table they come from. So rows of several tables can be united.
 */
export type RowsSql = string;

/** What rows are asked for: the question's, or a rolling metric's days. */
export interface RowsWanted {
  readonly asked: Asked;
  readonly interval: Interval;
}

const calendarOf = ({ timezone, weekStart }: Asked) => ({ zone: timezone, weekStart });

/** Rows of a rollup's whole buckets. */
export function rollupRows(
  wanted: RowsWanted,
  rollup: RollupSpec,
  stretch: Stretch,
  source: SourceSpec,
  conditions: readonly string[],
): RowsSql {
  const { asked, interval } = wanted;
  const zone = rollupZone(rollup, source, asked);
  const key = (from: string) => ident(rollup.keys.find((k) => k.from === from)?.column ?? from);
  const columns = [
    ...(interval === 'all' ? [] : [`${bucketSql(rollupTime(rollup, zone, asked), interval, calendarOf(asked))} AS t`]),
    ...asked.by.map((d) => `toString(${key(d)}) AS ${ident(d)}`),
    ...(asked.metric.entity ? [named(key(asked.metric.entity), ident(asked.metric.entity))] : []),
    ...asked.metric.measures.map((m) => ident(m.column)),
  ];
  const where = [
    inPiece(rollup, stretch, zone),
    ...conditions,
    ...asked.where.map((f) => filterSql(f, key(f.dimension))),
  ];
  return `SELECT ${columns.join(', ')}\nFROM ${qualified(rollup.table)} FINAL\nWHERE ${where.join(' AND ')}`;
}

/** A rollup's bucket as the question's calendar takes it. */
export function rollupTime(rollup: RollupSpec, zone: string, asked: Asked) {
  if (rollup.grain !== 'day') return { instant: 'm' };
  return zone === asked.timezone ? { day: 'd' } : { instant: `toDateTime(d, ${literal(zone)})` };
}

/**
 * Rows of the source, one version per id, without deleted ones, by the same rules as the refreshes.
 * @param time conditions on the time alone, by which also the versions are looked for.
 */
export function rawRows(wanted: RowsWanted, source: SourceSpec, time: readonly string[]): RowsSql {
  const { asked, interval } = wanted;
  const { metric } = asked;
  const column = (logical: string) => source.columns[logical] ?? source.time;
  const bucketTime = source.daysOnly ? { day: `toDate(${source.time})` } : { instant: source.time };
  const columns: readonly { readonly name: string; readonly sql: string; readonly measure?: MeasureSpec }[] = [
    ...(interval === 'all' ? [] : [{ name: 't', sql: bucketSql(bucketTime, interval, calendarOf(asked)) }]),
    ...asked.by.map((d) => ({ name: ident(d), sql: asText(column(d)) })),
    ...(metric.entity ? [{ name: ident(metric.entity), sql: column(metric.entity) }] : []),
    ...(metric.class === 'ordered' ? [{ name: 'time', sql: source.time }] : []),
    ...metric.measures.map((m) => ({ name: ident(m.column), sql: m.row, measure: m })),
  ];
  const where = [
    ...time,
    `NOT ${source.deleted}`,
    ...(source.only ? [`(${source.only})`] : []),
    ...metric.present.flatMap((logical) => source.notNull[logical] ?? []),
    ...(metric.where ? [`(${metric.where})`] : []),
    ...asked.where.map((f) => filterSql(f, asText(column(f.dimension)))),
  ];
  // Own aliases inside: one like a column of the source would take its place in the conditions.
  const inner = `SELECT ${columns.map((c, i) => `${c.sql} AS tm_${i}`).join(', ') || '1'}\n  FROM ${versions(source, time)}\n  WHERE ${where.join(' AND ')}`;
  const states = metric.measures.some((m) => m.state !== undefined);
  const outer = columns.map(({ name, measure }, i) => {
    if (!measure) return `tm_${i} AS ${name}`;
    if (!states) return `CAST(tm_${i} AS ${measure.type}) AS ${name}`;
    const merged = measure.state ? `${measure.state}(tm_${i})` : `sum(tm_${i})`;
    return `CAST(${merged} AS ${measure.type}) AS ${name}`;
  });
  const keys = columns.flatMap((c, i) => (c.measure ? [] : [`tm_${i}`]));
  const grouped = states && keys.length > 0 ? `\nGROUP BY ${keys.join(', ')}` : '';
  return `SELECT ${outer.join(', ') || '1'}\nFROM (\n  ${inner}\n)${grouped}`;
}

const named = (sql: string, name: string): string => (sql === name ? name : `${sql} AS ${name}`);
const asText = (sql: string): string => (sql.startsWith('toString(') ? sql : `toString(${sql})`);

/** The source's table, one version per id: FINAL where the engine collapses, else the newest version of each id. */
function versions(source: SourceSpec, time: readonly string[]): string {
  const table = qualified(source.table);
  if (source.collapses) return `${table} FINAL`;
  const { id, newest } = source;
  if (id === undefined || newest === undefined) return table;
  const scope = time.join(' AND ');
  // A version of class moving may lie elsewhere than the newest one: all versions of the ids that were ever here.
  const where = source.sourceClass === 'moving' ? `${id} IN (SELECT ${id} FROM ${table} WHERE ${scope})` : scope;
  return `(SELECT * FROM ${table} WHERE ${where} ORDER BY ${newest} DESC LIMIT 1 BY ${id})`;
}
