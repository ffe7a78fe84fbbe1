import type { DataSourceApi, QueryEditorProps } from '@grafana/data';
import { Field, InlineField, Input, RadioButtonGroup, Stack } from '@grafana/ui';
import { withReferences } from '../query';
import type { TidemarkOptions, TidemarkQuery } from '../query';
import { migrateVariable, variableKinds } from '../variableQuery';
import type { SavedVariable, VariableField, VariableKind, VariableQuery } from '../variableQuery';
import { SqlField } from './SqlField';

/** Props of the variable editor. */
export type VariableEditorProps = QueryEditorProps<
  DataSourceApi<TidemarkQuery, TidemarkOptions>,
  TidemarkQuery,
  TidemarkOptions,
  TidemarkQuery
>;

const sqlHelp =
  'One column: its values. Two columns: named "text" and "value", or else value first and text second. ' +
  'The time macros see the dashboard’s range; $__searchFilter holds what is typed into the list.';

const fieldFacts: Readonly<Record<VariableField, { readonly label: string; readonly placeholder: string }>> = {
  database: { label: 'Database', placeholder: 'default one' },
  table: { label: 'Table', placeholder: 'events, or $table' },
  column: { label: 'Column', placeholder: "country, labels['host'], js.user.id" },
  timeColumn: { label: 'Time column', placeholder: 'found by the table’s order' },
  metric: { label: 'Metric', placeholder: 'all, or $metric' },
};

const kinds = (Object.keys(variableKinds) as VariableKind[]).map((value) => ({
  value,
  label: variableKinds[value].label,
  description: variableKinds[value].description,
}));

/** Editor of a dashboard variable's query: its kind, then SQL or the kind's fields. */
export function VariableEditor({ query: saved, onChange, onRunQuery }: VariableEditorProps) {
  const query = migrateVariable(saved as SavedVariable);
  const facts = variableKinds[query.queryType];
  const commit = (change: Partial<VariableQuery>) => {
    const next = { ...query, ...change };
    if (
      Object.keys(change).every(
        (key) => (query[key as keyof VariableQuery] ?? '') === change[key as keyof VariableQuery],
      )
    )
      return;
    onChange(withReferences(next));
    onRunQuery();
  };
  return (
    <Stack direction="column" gap={1}>
      <Field label="Options" description={facts.description} noMargin>
        <RadioButtonGroup
          options={kinds}
          value={query.queryType}
          onChange={(queryType: VariableKind) => commit({ queryType })}
        />
      </Field>
      {query.queryType === 'sql' ? (
        <Field label="SQL" description={sqlHelp} noMargin>
          <SqlField value={query.rawSql} height={120} onCommit={(rawSql) => commit({ rawSql })} />
        </Field>
      ) : (
        <Stack direction="row" gap={1} wrap="wrap">
          {facts.fields.map((field: VariableField) => (
            <InlineField key={field} label={fieldFacts[field].label}>
              <Input
                aria-label={fieldFacts[field].label}
                defaultValue={query[field] ?? ''}
                placeholder={fieldFacts[field].placeholder}
                onBlur={(event) => commit(withField(field, event.currentTarget.value))}
              />
            </InlineField>
          ))}
        </Stack>
      )}
    </Stack>
  );
}

function withField(field: VariableField, text: string): Partial<VariableQuery> {
  return { [field]: text.trim() };
}
