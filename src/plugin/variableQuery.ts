import { migrateQuery } from './query';
import type { SavedQuery, TidemarkQuery } from './query';

/** What a guided variable is told, each a text that may hold other variables. */
export type VariableField = 'database' | 'table' | 'column' | 'timeColumn' | 'metric';

interface KindFacts {
  /** As the editor shows it. */
  readonly label: string;
  /** What its options are. */
  readonly description: string;
  readonly fields: readonly VariableField[];
  readonly required: readonly VariableField[];
}

/** Ways to say what a variable's options are; the first is the default. */
export const variableKinds = {
  sql: { label: 'SQL', description: 'What a query returns.', fields: [], required: [] },
  databases: { label: 'Databases', description: 'Databases that the user may see.', fields: [], required: [] },
  tables: { label: 'Tables', description: 'Tables and views of a database.', fields: ['database'], required: [] },
  columns: {
    label: 'Columns',
    description: 'Columns of a table, in its order.',
    fields: ['database', 'table'],
    required: ['table'],
  },
  values: {
    label: 'Values',
    description:
      "The 500 most frequent values of a column (also col.path, map['key'], elements of a list) in 200,000 rows of the range.",
    fields: ['database', 'table', 'column', 'timeColumn'],
    required: ['table', 'column'],
  },
  mapKeys: {
    label: 'Map keys',
    description: 'The keys of a Map column in 200,000 rows of the range.',
    fields: ['database', 'table', 'column', 'timeColumn'],
    required: ['table', 'column'],
  },
  metrics: {
    label: 'Metrics',
    description: 'Metrics of Tidemark’s catalogue: name as value, title as text.',
    fields: ['database'],
    required: [],
  },
  dimensions: {
    label: 'Dimensions',
    description: 'Dimensions by which a metric of the catalogue can be asked; of all metrics where none is named.',
    fields: ['database', 'metric'],
    required: [],
  },
} as const satisfies Readonly<Record<string, KindFacts>>;

export type VariableKind = keyof typeof variableKinds;

/**
 * A variable's query as dashboards save it: `queryType` says what its options are, `rawSql` is the statement of `sql`.
 * Change it only together with {@link migrateVariable}.
 */
export type VariableQuery = TidemarkQuery & { readonly queryType: VariableKind } & {
  readonly [field in VariableField]?: string;
};

/** A saved variable query, a bare string where an old dashboard saved it, or nothing yet. */
export type SavedVariable = SavedQuery | string | undefined;

/**
 * Brings a saved variable query to today's shape. Pure; never throws. A bare string, and a query of another plugin, is SQL.
 * @example migrateVariable('SELECT 1') // { refId: 'variable', rawSql: 'SELECT 1', format: 'table', queryType: 'sql' }
 */
export function migrateVariable(saved: SavedVariable): VariableQuery {
  const query = migrateQuery(typeof saved === 'string' ? { refId: '', rawSql: saved } : (saved ?? { refId: '' }));
  const { queryType } = query;
  return {
    ...query,
    refId: query.refId || 'variable',
    format: 'table',
    queryType: isKind(queryType) ? queryType : 'sql',
  };
}

function isKind(text: string | undefined): text is VariableKind {
  return text !== undefined && Object.hasOwn(variableKinds, text);
}

/** What the variable asks, in words, for lists of variables. */
export function describeVariable(query: VariableQuery): string {
  if (query.queryType === 'sql') return query.rawSql;
  const { label, fields } = variableKinds[query.queryType];
  const given = fields.flatMap((field: VariableField) => (query[field] ? [`${field} ${query[field]}`] : []));
  return [label, ...given].join(', ');
}
