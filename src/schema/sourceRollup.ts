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
  const list = (of: (logical: string, name: string) => string) =>
    places.map((l) => `, ${of(l, ledgerColumn(l))}`).join('');
  return [
    `SELECT tm_id AS id, tm_m AS m${list((_, name) => `tm_${name} AS ${name}`)}`,
    'FROM (',
    `  SELECT DISTINCT ${column(source, 'id')} AS tm_id, ${minuteSql(source)} AS tm_m${list((l, name) => `${column(source, l)} AS tm_${name}`)}`,
    `  FROM ${qualified(source.table)}`,
    `  WHERE ${column(source, 'ingestedAt')} > ${span.lo} AND NOT ${column(source, 'deleted')}`,
    `    AND ${present(source, ['time', ...places])}`,
    ')',
  ].join('\n');
}

/**
 * The recompute statement: rows (d, keys…, measures…, run, del) of every place touched in the span, from deduplicated
 * source rows, and `del = 1` for places that lost all their rows. Idempotent; reads its own target.
 * @param target table that holds the rollup (another name than the rollup's while it is rebuilt beside).
 */
export function recomputeSelect(context: SourceContext, rollup: SourceRollup, span: Span, target: string): string {
  const { installation, source } = context;
  // Named once each: the analysis of a statement that finds nothing to do is most of what an idle view costs.
  const named: Span = { lo: 'tm_lo', hi: 'tm_hi' };
  const touched = 'SELECT * FROM tm_touched';
  const days = daysBetween(source, installation.timezone, 'tm_edge.1', 'tm_edge.2');
  const { keys, measures } = columnsOf(context, rollup);
  return [
    `WITH ${span.lo} AS tm_lo, ${span.hi} AS tm_hi,`,
    `  tm_touched AS (${touchedPlaces(context, rollup, named, target)}),`,
    '  (SELECT (min(tm_d), max(tm_d)) FROM tm_touched) AS tm_edge',
    `SELECT ${[
      'tm_d AS d',
      ...keys.map((k) => `${k.alias} AS ${k.name}`),
      ...measures.map((m) => `CAST(sumIf(${m.alias}, tm_c = 1) AS ${m.type}) AS ${m.name}`),
      'tm_hi AS run',
      'toUInt8(max(tm_c) = 0) AS del',
    ].join(', ')}`,
    'FROM (',
    nowAndBefore(context, rollup, target, {
      from: versions(context, days, source.sourceClass === 'moving' ? 'SELECT tm_d FROM tm_touched' : undefined),
      counted: [
        days,
        ...countable(context, named),
        `(${[daySql(source, installation.timezone), ...keys.map((k) => k.sql)].join(', ')}) IN (${touched})`,
      ],
      before: `(${['d', ...keys.map((k) => k.name)].join(', ')}) IN (${touched})`,
    }),
    ')',
    `GROUP BY ${['tm_d', ...keys.map((k) => k.alias)].join(', ')}`,
  ].join('\n');
}

/**
 * The sweep of some days: recounts them whole from the source, trusting neither stamps nor the ledger, and returns only the
 * rows that differ from what the rollup holds: what no watermark can see (mutations, dropped partitions, a wrongly
 * declared class). Rows (d, keys…, measures…, run, del).
 * @param days first and last day, SQL of type Date.
 */
export function sweepSelect(
  context: SourceContext,
  rollup: SourceRollup,
  days: { readonly from: string; readonly to: string },
  hi: string,
): string {
  const { installation, source } = context;
  const { keys, measures } = columnsOf(context, rollup);
  const scope = daysBetween(source, installation.timezone, 'tm_from', 'tm_to');
  const all = ['tm_d', ...keys.map((k) => k.alias)].join(', ');
  const id = source.columns['id'];
  const anyVersion = id && `${id} IN (SELECT ${id} FROM ${qualified(source.table)} WHERE ${scope})`;
  return [
    `WITH ${days.from} AS tm_from, ${days.to} AS tm_to, ${hi} AS tm_hi`,
    `SELECT ${[
      'tm_d AS d',
      ...keys.map((k) => `${k.alias} AS ${k.name}`),
      ...measures.map((m) => `CAST(${m.alias}_now AS ${m.type}) AS ${m.name}`),
      'tm_hi AS run',
      'toUInt8(NOT tm_is) AS del',
    ].join(', ')}`,
    'FROM (',
    `SELECT ${all}, max(tm_c = 1) AS tm_is, max(tm_c = 0) AS tm_was, ${measures
      .map((m) => `sumIf(${m.alias}, tm_c = 1) AS ${m.alias}_now, sumIf(${m.alias}, tm_c = 0) AS ${m.alias}_was`)
      .join(', ')}`,
    'FROM (',
    nowAndBefore(context, rollup, rollup.name, {
      from: versions(context, anyVersion ?? scope),
      counted: [scope, ...countable(context, { lo: 'tm_hi', hi: 'tm_hi' })],
      before: 'd >= tm_from AND d <= tm_to',
      keepsValues: true,
    }),
    ')',
    `GROUP BY ${all})`,
    `WHERE tm_is != tm_was OR ${measures.map((m) => `${m.alias}_now != ${m.alias}_was`).join(' OR ')}`,
  ].join('\n');
}

interface Sides {
  /** FROM of the source's rows, one version per id. */
  readonly from: string;
  /** Conditions on them. */
  readonly counted: readonly string[];
  /** Condition on what the rollup held before. */
  readonly before: string;
  /** Whether the measures of before come along (to compare) or as zeros (to be replaced). */
  readonly keepsValues?: boolean;
}

/** Rows (tm_d, tm_k0…, tm_v0…, tm_c): with tm_c = 1 what each row of the source adds now, with tm_c = 0 what the rollup held before. */
function nowAndBefore(context: SourceContext, rollup: SourceRollup, target: string, sides: Sides): string {
  const { installation, source } = context;
  const { keys, measures } = columnsOf(context, rollup);
  const conditions = [
    ...sides.counted,
    `NOT ${column(source, 'deleted')}`,
    present(source, ['time', ...rollup.keys.map((k) => k.from)]),
    ...(rollup.where ? [`(${overSource(source, rollup.where)})`] : []),
  ];
  const day = daySql(source, installation.timezone);
  return [
    `  SELECT ${[`${day} AS tm_d`, ...keys.map((k) => `${k.sql} AS ${k.alias}`), ...measures.map((m) => `${m.row} AS ${m.alias}`), '1 AS tm_c'].join(', ')}`,
    `  FROM ${sides.from}`,
    `  WHERE ${conditions.join('\n    AND ')}`,
    '  UNION ALL',
    `  SELECT ${['d AS tm_d', ...keys.map((k) => `${k.name} AS ${k.alias}`), ...measures.map((m) => `${sides.keepsValues ? m.name : m.zero} AS ${m.alias}`), '0 AS tm_c'].join(', ')}`,
    `  FROM ${qualified(`${installation.database}.${target}`)} FINAL`,
    `  WHERE ${sides.before}`,
  ].join('\n');
}

/** Keys and measures of a rollup with aliases that no column of a source is called: an alias hides a column of its name. */
function columnsOf({ source }: SourceContext, rollup: SourceRollup) {
  return {
    keys: rollup.keys.map((key, i) => ({ alias: `tm_k${i}`, name: ident(key.column), sql: keySql(source, key) })),
    measures: rollup.measures.map((m, i) => ({
      alias: `tm_v${i}`,
      name: ident(m.column),
      type: m.type,
      row: overSource(source, m.row),
      zero: m.type.startsWith('Decimal') ? 'toDecimal64(0, 4)' : '0',
    })),
  };
}

const ledgerTable = ({ installation, source }: SourceContext) =>
  qualified(`${installation.database}.${ledgerName(source)}`);

/** Places (tm_d, tm_k0…) that the rows stamped in the span belong to, now or (class *moving*) ever before. */
function touchedPlaces(context: SourceContext, rollup: SourceRollup, span: Span, target: string): string {
  const { installation, source } = context;
  const zone = installation.timezone;
  const table = qualified(source.table);
  const names = rollup.keys.map((_, i) => `tm_k${i}`);
  const here = [`${daySql(source, zone)} AS tm_d`, ...rollup.keys.map((k, i) => `${keySql(source, k)} AS ${names[i]}`)];
  const whole = present(source, ['time', ...rollup.keys.map((k) => k.from)]);
  const stamp = source.columns['ingestedAt'];
  const arrived = `${stamp} > ${span.lo} AND ${stamp} <= ${span.hi}`;
  switch (source.sourceClass) {
    case 'append':
    case 'fixed':
      return `SELECT DISTINCT ${here.join(', ')} FROM ${table} WHERE ${arrived} AND ${whole}`;
    case 'moving': {
      const kept = rollup.keys.map((k, i) => `CAST(${ledgerColumn(k.from)} AS ${keyType(source, k)}) AS ${names[i]}`);
      const places = [`${dayOfMinute(source, 'm', zone)} AS tm_d`, ...kept].join(', ');
      const ids = `SELECT ${column(source, 'id')} FROM ${table} WHERE ${arrived}`;
      return `SELECT DISTINCT ${places} FROM ${ledgerTable(context)} WHERE id IN (${ids})`;
    }
    case 'window': {
      const first = `subtractDays(toDate(now(), ${literal(zone)}), ${source.windowDays - 1})`;
      const own = rollup.keys.map((k, i) => `${ident(k.column)} AS ${names[i]}`);
      const before = `SELECT ${['d AS tm_d', ...own].join(', ')} FROM ${qualified(`${installation.database}.${target}`)} FINAL WHERE d >= ${first}`;
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

/**
 * The source's rows, one version per id: FINAL where the engine collapses, else the newest version of each id.
 * @param scope condition that keeps all versions of every id that matters.
 * @param placedOn class *moving*: subquery of days; it keeps the ids that the ledger ever placed on one of them instead.
 */
function versions(context: SourceContext, scope: string, placedOn?: string): string {
  const { installation, source } = context;
  const table = qualified(source.table);
  if (source.collapses) return `${table} FINAL`;
  if (source.columns['id'] === undefined) return table;
  const id = column(source, 'id');
  const newest = source.columns['version'] ?? column(source, 'ingestedAt');
  const day = dayOfMinute(source, 'm', installation.timezone);
  const kept = placedOn ? `${id} IN (SELECT id FROM ${ledgerTable(context)} WHERE ${day} IN (${placedOn}))` : scope;
  return `(SELECT * FROM ${table} WHERE ${kept} ORDER BY ${newest} DESC LIMIT 1 BY ${id})`;
}
