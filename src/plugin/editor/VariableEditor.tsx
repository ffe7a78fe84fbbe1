import type { DataSourceApi, QueryEditorProps } from '@grafana/data';
import { Field } from '@grafana/ui';
import { migrateQuery } from '../query';
import type { TidemarkOptions, TidemarkQuery } from '../query';
import { SqlField } from './SqlField';

/** Props of the variable editor. */
export type VariableEditorProps = QueryEditorProps<
  DataSourceApi<TidemarkQuery, TidemarkOptions>,
  TidemarkQuery,
  TidemarkOptions,
  TidemarkQuery
>;

const help =
  'One column: its values. Two columns: named "text" and "value", or else value first and text second. ' +
  'The time macros see the dashboard’s range; $__searchFilter holds what is typed into the list.';

/** Editor of a dashboard variable's query. */
export function VariableEditor({ query: saved, onChange, onRunQuery }: VariableEditorProps) {
  // Old variables are saved as a bare string.
  const query = migrateQuery(typeof saved === 'string' ? { refId: 'variable', rawSql: saved } : saved);
  const commit = (rawSql: string) => {
    if (rawSql === query.rawSql) return;
    onChange({ ...query, refId: query.refId || 'variable', rawSql });
    onRunQuery();
  };
  return (
    <Field label="SQL" description={help} noMargin>
      <SqlField value={query.rawSql} height={120} onCommit={commit} />
    </Field>
  );
}
