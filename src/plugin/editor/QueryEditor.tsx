import type { DataSourceApi, QueryEditorProps } from '@grafana/data';
import { Button, InlineField, RadioButtonGroup, Stack } from '@grafana/ui';
import { migrateQuery, withReferences } from '../query';
import type { QueryFormat, TidemarkOptions, TidemarkQuery } from '../query';
import { SqlField } from './SqlField';
import { SqlSent } from './SqlSent';

/** Props of the query editor; the data source class itself is not imported, so that the editor can load lazily. */
export type TidemarkEditorProps = QueryEditorProps<
  DataSourceApi<TidemarkQuery, TidemarkOptions>,
  TidemarkQuery,
  TidemarkOptions
>;

const formats: ReadonlyArray<{ readonly label: string; readonly value: QueryFormat; readonly description: string }> = [
  { label: 'Table', value: 'table', description: 'Rows and columns as the query returns them' },
  {
    label: 'Time series',
    value: 'timeseries',
    description: 'First time column as time, text columns as labels, number columns as values',
  },
  { label: 'Logs', value: 'logs', description: 'A time, a text (body or message), level and id; the rest as labels' },
  { label: 'Trace', value: 'trace', description: 'Spans: traceID, spanID, parentSpanID, operationName, startTime, …' },
];

/** Editor of a panel's query: SQL, its format, and the statement that was really sent. */
export function QueryEditor({ query: saved, data, onChange, onRunQuery }: TidemarkEditorProps) {
  const query = migrateQuery(saved);
  const commit = (change: Partial<TidemarkQuery>) => {
    const next = { ...query, ...change };
    if (next.rawSql === query.rawSql && next.format === query.format) return;
    onChange(withReferences(next));
    onRunQuery();
  };
  const sent = data?.series.find((frame) => frame.refId === query.refId)?.meta?.executedQueryString;
  return (
    <Stack direction="column" gap={1}>
      <SqlField value={query.rawSql} height={180} onCommit={(rawSql) => commit({ rawSql })} />
      <Stack direction="row" gap={1} alignItems="flex-start">
        <InlineField label="Format" labelWidth={10}>
          <RadioButtonGroup
            options={[...formats]}
            value={query.format}
            onChange={(format: QueryFormat) => commit({ format })}
          />
        </InlineField>
        <Button variant="secondary" icon="play" onClick={onRunQuery}>
          Run query
        </Button>
      </Stack>
      <SqlSent sql={sent} />
    </Stack>
  );
}
