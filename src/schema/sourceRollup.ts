import { ident, literal, qualified } from '../core/sql/quote';
import type { SourceRollup } from '../packs/types';
import { column, dayOfMinute, daySql, daysBetween, keySql, keyType, minuteSql, overSource, present } from './columns';
import type { Installation, Source } from './installation';

/** The watermark interval of one refresh, as SQL of type DateTime64(3): rows stamped in (lo, hi] are its work. */
export interface Span {
  readonly lo: string;
  readonly hi: string;
}

/** What the refresh statements of one source share. */
export interface SourceContext {
  readonly installation: Installation;
  readonly source: Source;
  /** Logical columns in the source's placements ledger, beside id and minute: the union of the keys of its rollups. */
  readonly placeColumns: readonly string[];
}

/** Name of a source's placements ledger, without database. */
export const ledgerName = (source: Source): string => `places_${source.role}`;

/** Column of the ledger that keeps a logical column. */
export const ledgerColumn = (logical: string): string => `k_${logical}`;

/** Logical columns that a ledger for these rollups has to keep. */
export function placeColumns(rollups: readonly SourceRollup[]): readonly string[] {
  return [...new Set(rollups.flatMap((r) => r.keys.map((k) => k.from)))].sort();
}

/**
 * Step 1 of class *moving*: writes down where every row version that arrived lies. Placements are only added, so a crash
 * between the steps loses nothing. No FINAL and no upper bound: a version may be counted only after its place is known.
 */
export function ledgerSelect({ source, placeColumns: places }: SourceContext, span: Span): string {
  const kept = places.map((logical) => `, ${column(source, logical)} AS ${ledgerColumn(logical)}`).join('');
  return [
    `SELECT DISTINCT ${column(source, 'id')} AS id, ${minuteSql(source)} AS m${kept}`,
    `FROM ${qualified(source.table)}`,
    `WHERE ${column(source, 'ingestedAt')} > ${span.lo} AND NOT ${column(source, 'deleted')}`,
    `  AND ${present(source, ['time', ...places])}`,
  ].join('\n');
}

/**
 * The recompute statement: rows (d, keys…, measures…, run, del) of every place touched in the span, from deduplicated
 * source rows, and `del = 1` for places that lost all their rows. Idempotent; reads its own target.
 * @param target table that holds the rollup (another name than the rollup's while it is rebuilt beside).
 */
export function recomputeSelect(context: SourceContext, rollup: SourceRollup, span: Span, target: string): string {
  const { installation, source } = context;
  const zone = installation.timezone;
  const keys = rollup.keys.map((key, i) => ({ alias: `p${i}`, name: ident(key.column), sql: keySql(source, key) }));
  // Named once each: the analysis of a statement that finds nothing to do is most of what an idle view costs.
  const named: Span = { lo: 'tm_lo', hi: 'tm_hi' };
  const touched = 'SELECT * FROM tm_touched';
  const days = daysBetween(source, zone, 'tm_edge.1', 'tm_edge.2');
  const conditions = [
    days,
    `NOT ${column(source, 'deleted')}`,
    present(source, ['time', ...rollup.keys.map((k) => k.from)]),
    ...(rollup.where ? [`(${overSource(source, rollup.where)})`] : []),
    ...countable(context, named),
    `(${[daySql(source, zone), ...keys.map((k) => k.sql)].join(', ')}) IN (${touched})`,
  ];
  const list = (...parts: readonly string[]) => parts.join(', ');
  return [
    `WITH ${span.lo} AS tm_lo, ${span.hi} AS tm_hi,`,
    `  tm_touched AS (${touchedPlaces(context, rollup, named, target)}),`,
    '  (SELECT (min(d), max(d)) FROM tm_touched) AS tm_edge',
    `SELECT ${list(
      'pd AS d',
      ...keys.map((k) => `${k.alias} AS ${k.name}`),
      ...rollup.measures.map((m, i) => `CAST(sumIf(v${i}, c = 1) AS ${m.type}) AS ${ident(m.column)}`),
      'tm_hi AS run',
      'toUInt8(max(c) = 0) AS del',
    )}`,
    'FROM (',
    `  SELECT ${list(
      `${daySql(source, zone)} AS pd`,
      ...keys.map((k) => `${k.sql} AS ${k.alias}`),
      ...rollup.measures.map((m, i) => `${overSource(source, m.row)} AS v${i}`),
      '1 AS c',
    )}`,
    `  FROM ${versions(context, touched, days)}`,
    `  WHERE ${conditions.join('\n    AND ')}`,
    '  UNION ALL',
    `  SELECT ${list(
      'd AS pd',
      ...keys.map((k) => `${k.name} AS ${k.alias}`),
      ...rollup.measures.map((m, i) => `${m.type.startsWith('Decimal') ? 'toDecimal64(0, 4)' : '0'} AS v${i}`),
      '0 AS c',
    )}`,
    `  FROM ${qualified(`${installation.database}.${target}`)} FINAL`,
    `  WHERE (${list('d', ...keys.map((k) => k.name))}) IN (${touched})`,
    ')',
    `GROUP BY ${list('pd', ...keys.map((k) => k.alias))}`,
  ].join('\n');
}

const ledgerTable = ({ installation, source }: SourceContext) =>
  qualified(`${installation.database}.${ledgerName(source)}`);

/** Places (d, keys…) that the rows stamped in the span belong to, now or (class *moving*) ever before. */
function touchedPlaces(context: SourceContext, rollup: SourceRollup, span: Span, target: string): string {
  const { installation, source } = context;
  const zone = installation.timezone;
  const table = qualified(source.table);
  const names = rollup.keys.map((k) => ident(k.column));
  const here = [`${daySql(source, zone)} AS d`, ...rollup.keys.map((k, i) => `${keySql(source, k)} AS ${names[i]}`)];
  const whole = present(source, ['time', ...rollup.keys.map((k) => k.from)]);
  const stamp = source.columns['ingestedAt'];
  const arrived = `${stamp} > ${span.lo} AND ${stamp} <= ${span.hi}`;
  switch (source.sourceClass) {
    case 'append':
    case 'fixed':
      return `SELECT DISTINCT ${here.join(', ')} FROM ${table} WHERE ${arrived} AND ${whole}`;
    case 'moving': {
      const kept = rollup.keys.map((k, i) => `CAST(${ledgerColumn(k.from)} AS ${keyType(source, k)}) AS ${names[i]}`);
      const places = [`${dayOfMinute(source, 'm', zone)} AS d`, ...kept].join(', ');
      const ids = `SELECT ${column(source, 'id')} FROM ${table} WHERE ${arrived}`;
      return `SELECT DISTINCT ${places} FROM ${ledgerTable(context)} WHERE id IN (${ids})`;
    }
    case 'window': {
      const first = `subtractDays(toDate(now(), ${literal(zone)}), ${source.windowDays - 1})`;
      const before = `SELECT ${['d', ...names].join(', ')} FROM ${qualified(`${installation.database}.${target}`)} FINAL WHERE d >= ${first}`;
      return `SELECT DISTINCT ${here.join(', ')} FROM ${table} WHERE ${daysBetween(source, zone, first)} AND ${whole} UNION DISTINCT ${before}`;
    }
  }
}

/**
 * Which row versions may be counted. In the classes whose places never move, all that are visible: a place counted early is
 * touched again by its own row later. In class *moving* only those whose place the ledger knows: stamped up to hi (the
 * ledger is proven that far), or newer and written down already (so that a row under constant update never drops out).
 */
function countable(context: SourceContext, span: Span): readonly string[] {
  const { source, placeColumns: places } = context;
  if (source.sourceClass !== 'moving') return [];
  const id = column(source, 'id');
  const stamp = column(source, 'ingestedAt');
  const fresh = `SELECT ${id} FROM ${qualified(source.table)} WHERE ${stamp} > ${span.hi}`;
  const place = [id, minuteSql(source), ...places.map((logical) => column(source, logical))].join(', ');
  const known = `SELECT ${['id', 'm', ...places.map(ledgerColumn)].join(', ')} FROM ${ledgerTable(context)} WHERE id IN (${fresh})`;
  return [`(${stamp} <= ${span.hi} OR (${place}) IN (${known}))`];
}

/** The source's rows, one version per id: FINAL where the engine collapses, else the newest version of each id. */
function versions(context: SourceContext, touched: string, days: string): string {
  const { installation, source } = context;
  const table = qualified(source.table);
  if (source.collapses) return `${table} FINAL`;
  if (source.columns['id'] === undefined) return table;
  const id = column(source, 'id');
  const newest = source.columns['version'] ?? column(source, 'ingestedAt');
  const day = dayOfMinute(source, 'm', installation.timezone);
  const scope =
    source.sourceClass === 'moving'
      ? `${id} IN (SELECT id FROM ${ledgerTable(context)} WHERE ${day} IN (SELECT d FROM (${touched})))`
      : days;
  return `(SELECT * FROM ${table} WHERE ${scope} ORDER BY ${newest} DESC LIMIT 1 BY ${id})`;
}
