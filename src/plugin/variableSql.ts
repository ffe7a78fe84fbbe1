import { ident, literal } from '../core/sql/quote';
import { tokenize } from '../core/sql/lexer';
import { fail } from './errors';
import type { ProbeRange } from './probe';
import type { Ask } from '../clickhouse/client';
import { mapKeysStatement, valuesStatement } from './tags';
import type { TagScope } from './tags';
import { variableKinds } from './variableQuery';
import type { VariableField, VariableQuery } from './variableQuery';

/** What the statement of a guided variable is made from. */
export interface VariableContext {
  /** Fills in other variables as one plain text. May throw. */
  readonly fill: (text: string) => string;
  readonly ask: Ask;
  readonly range: ProbeRange;
}

type Fields = Readonly<Record<VariableField, string>>;

/**
 * The statement that gives a variable's options: that of `sql` as it is typed, of guided kinds one without variables and
 * macros, whatever the names hold. Columns are looked up for values and keys of maps. Throws `variable_field`,
 * `variable_column`, and what `fill` and `ask` throw.
 */
export async function variableSql(query: VariableQuery, context: VariableContext): Promise<string> {
  if (query.queryType === 'sql') return query.rawSql;
  const fields = filledIn(query, context.fill);
  const { label, required } = variableKinds[query.queryType];
  const missing = required.find((field) => fields[field] === '');
  if (missing) throw fail('variable_field', { kind: label, field: missing });
  switch (query.queryType) {
    case 'values':
    case 'mapKeys':
      return inert(await probed(query.queryType, fields, context));
    default:
      return inert(statements[query.queryType](fields));
  }
}

const databaseOf = ({ database }: Fields) => (database === '' ? 'currentDatabase()' : literal(database));
const catalogueOf = ({ database }: Fields) => `${ident(database === '' ? 'tidemark' : database)}.catalog_metrics`;

/** The kinds that need no look at columns first. */
const statements = {
  databases: () =>
    "SELECT name FROM system.databases WHERE name NOT IN ('system', 'INFORMATION_SCHEMA', 'information_schema') ORDER BY name",
  tables: (fields: Fields) =>
    `SELECT name FROM system.tables WHERE database = ${databaseOf(fields)} AND NOT startsWith(name, '.inner') ORDER BY name`,
  columns: (fields: Fields) =>
    `SELECT name FROM system.columns WHERE database = ${databaseOf(fields)} AND table = ${literal(fields.table)} ORDER BY position`,
  metrics: (fields: Fields) => `SELECT name AS value, title AS text FROM ${catalogueOf(fields)} ORDER BY text, value`,
  dimensions: (fields: Fields) => {
    const where = fields.metric === '' ? '' : ` WHERE name = ${literal(fields.metric)}`;
    return `SELECT DISTINCT arrayJoin(dimensions) AS value FROM ${catalogueOf(fields)}${where} ORDER BY value`;
  },
};

async function probed(kind: 'values' | 'mapKeys', fields: Fields, { ask, range }: VariableContext): Promise<string> {
  const { database, table, column, timeColumn } = fields;
  // A time column that is named counts as one that a query filters by.
  const filtered = `SELECT 1 FROM ${ident(table)} WHERE $__timeFilter(${ident(timeColumn)})`;
  const scope: TagScope = {
    tables: [{ ...(database !== '' && { database }), table }],
    statements: timeColumn === '' ? [] : [filtered],
    range,
  };
  const sql = await (kind === 'values' ? valuesStatement : mapKeysStatement)(ask, column, scope);
  if (sql === undefined) throw fail('variable_column', { kind: variableKinds[kind].label, table, column });
  return `SELECT v FROM (${sql}) ORDER BY v`;
}

function filledIn(query: VariableQuery, fill: (text: string) => string): Fields {
  const field = (name: VariableField) => fill(query[name] ?? '').trim();
  return {
    database: field('database'),
    table: field('table'),
    column: field('column'),
    timeColumn: field('timeColumn'),
    metric: field('metric'),
  };
}

/** The statement with nothing in its quotes that reads as a variable: they have been filled in, and are not read again. */
function inert(sql: string): string {
  return tokenize(sql)
    .map(({ kind, text }) =>
      kind === 'string' || kind === 'quotedIdentifier'
        ? text.replace(/\$/g, '\\x24').replace(/\[(?=\[)/g, '\\x5b')
        : text,
    )
    .join('');
}
