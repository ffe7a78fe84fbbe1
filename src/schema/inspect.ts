import type { Config, RoleConfig } from '../config/config';
import type { Db } from '../core/db';
import type { RoleName } from '../core/model';
import { ident, literal } from '../core/sql/quote';
import { fail } from './errors';
import type { Installation, Source } from './installation';

interface ColumnRow {
  readonly name: string;
  readonly type: string;
}

const numeric = /^(U?Int|Float|Decimal|BFloat)/;
const instant = /^(DateTime|DateTime64|Date|Date32)(\(|$)/;
const key = /^(U?Int(8|16|32|64|128|256)|String|FixedString\(\d+\)|UUID|Enum(8|16)\(.*\))$/;

/** What a logical column must be for the rollups to hold; columns not named may be anything. */
const wanted: Readonly<Record<string, { readonly fits: RegExp; readonly text: string }>> = {
  time: { fits: instant, text: 'a Date, DateTime or DateTime64' },
  ingestedAt: { fits: /^DateTime(64)?(\(|$)/, text: 'a DateTime or DateTime64' },
  user: { fits: key, text: 'an integer, a String or a UUID' },
  amount: { fits: numeric, text: 'a number' },
  refundAmount: { fits: numeric, text: 'a number' },
  version: { fits: numeric, text: 'a number' },
  deleted: { fits: /^(Bool|U?Int8)$/, text: 'a Bool or UInt8' },
};

/** The type inside LowCardinality and Nullable. */
export function bareType(type: string): string {
  const inner = /^(?:LowCardinality|Nullable)\((.*)\)$/s.exec(type)?.[1];
  return inner === undefined ? type : bareType(inner);
}

/**
 * Looks at the mapped source tables and resolves what the statements need to know of them. Changes nothing.
 * @throws TidemarkError source_missing, column_missing, column_type, key_lets_rows_double: each names the line of tidemark.yaml.
 */
export async function inspect(config: Config, db: Db): Promise<Installation> {
  const sources: Partial<Record<RoleName, Source>> = {};
  for (const [role, mapping] of Object.entries(config.roles) as [RoleName, RoleConfig | undefined][]) {
    if (mapping) sources[role] = await inspectSource(role, mapping, db);
  }
  return {
    database: config.connection.database,
    timezone: config.reporting.timezone,
    weekStart: config.reporting.weekStart,
    ...config.refresh,
    sources,
  };
}

async function inspectSource(role: RoleName, mapping: RoleConfig, db: Db): Promise<Source> {
  const [database = '', table = ''] = split(mapping.table);
  const params = { database, table };
  const where = 'WHERE database = {database:String} AND table = {table:String}';
  const columns = await db.query<ColumnRow>(`SELECT name, type FROM system.columns ${where} ORDER BY position`, params);
  const [engine] = await db.query<{ engine: string; sorting_key: string }>(
    'SELECT engine, sorting_key FROM system.tables WHERE database = {database:String} AND name = {table:String}',
    params,
  );
  if (!engine) throw fail('source_missing', { role, table: mapping.table });

  const sql: Record<string, string> = {};
  const types: Record<string, string> = {};
  const nullable: string[] = [];
  for (const [logical, column] of Object.entries(mapping.columns)) {
    const found = columns.find((c) => c.name === column);
    if (!found) {
      throw fail('column_missing', { role, logical, column, table: mapping.table, has: columns.map((c) => c.name) });
    }
    const type = bareType(found.type);
    const rule = wanted[logical];
    if (rule && !rule.fits.test(type)) {
      throw fail('column_type', { role, logical, column, table: mapping.table, type: found.type, wanted: rule.text });
    }
    sql[logical] = ident(column);
    types[logical] = type;
    if (/Nullable\(/.test(found.type)) nullable.push(logical);
  }
  for (const [logical, value] of Object.entries(mapping.constants)) {
    sql[logical] = literal(value);
    types[logical] = 'String';
  }

  const collapses = /ReplacingMergeTree$/.test(engine.engine);
  if (collapses) checkKey(role, mapping, engine.sorting_key);
  return {
    role,
    table: mapping.table,
    sourceClass: mapping.sourceClass,
    windowDays: mapping.windowDays ?? 0,
    collapses,
    columns: sql,
    types,
    nullable,
  };
}

/**
 * FINAL makes one row of all rows with equal sorting key. So the key must hold the id (else different rows vanish), and
 * in class *moving* nothing but the id (else a row whose time or user changed lives twice).
 */
function checkKey(role: RoleName, mapping: RoleConfig, sortingKey: string): void {
  const id = mapping.columns['id'];
  if (!id) return;
  // `ORDER BY (id)` is told as "(id)", `ORDER BY id` as "id".
  const parts = sortingKey
    .replace(/^\((.*)\)$/, '$1')
    .split(',')
    .map((p) => p.trim().replace(/^`(.*)`$/, '$1'));
  const says = (wanted: string) =>
    fail('key_lets_rows_double', {
      role,
      table: mapping.table,
      sourceClass: mapping.sourceClass,
      key: sortingKey,
      wanted,
    });
  if (!parts.includes(id)) throw says(`Order the table by a key that holds ${id}.`);
  const mutable = Object.entries(mapping.columns).filter(
    ([logical, column]) => logical !== 'id' && parts.includes(column),
  );
  if (mapping.sourceClass === 'moving' && mutable.length > 0) {
    throw says(
      `Order it by ${id} alone, or declare class fixed if ${mutable.map(([, c]) => c).join(', ')} never changes.`,
    );
  }
}

function split(name: string): readonly string[] {
  const dot = name.indexOf('.');
  return dot < 0 ? ['default', name] : [name.slice(0, dot), name.slice(dot + 1)];
}
