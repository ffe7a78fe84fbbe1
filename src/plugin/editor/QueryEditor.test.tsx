import type { ReactNode } from 'react';
import { FieldType, LoadingState, getDefaultTimeRange } from '@grafana/data';
import type { PanelData } from '@grafana/data';
import { act, fireEvent, render, screen } from '@testing-library/react';
import type { SavedQuery, TidemarkQuery } from '../query';
import { QueryEditor } from './QueryEditor';
import type { TidemarkEditorProps } from './QueryEditor';

// Monaco needs a real browser: here a plain field commits as the editor does, when it is left.
jest.mock('./SqlField', () => ({
  SqlField: ({ value, onCommit }: { value: string; onCommit: (sql: string) => void }) => (
    <textarea aria-label="SQL" defaultValue={value} onBlur={(event) => onCommit(event.currentTarget.value)} />
  ),
}));

async function show(saved: SavedQuery, data?: PanelData) {
  const changes: TidemarkQuery[] = [];
  let runs = 0;
  const props: TidemarkEditorProps = {
    datasource: {} as TidemarkEditorProps['datasource'],
    query: saved as TidemarkQuery,
    onChange: (query) => changes.push(query),
    onRunQuery: () => (runs += 1),
    ...(data && { data }),
  };
  const view: ReactNode = <QueryEditor {...props} />;
  // Icons load after the first drawing.
  await act(async () => void render(view));
  return { changes, runs: () => runs };
}

const answer = (refId: string, sql: string): PanelData => ({
  state: LoadingState.Done,
  timeRange: getDefaultTimeRange(),
  series: [
    {
      refId,
      length: 1,
      fields: [{ name: 'n', type: FieldType.number, config: {}, values: [1] }],
      meta: { executedQueryString: sql },
    },
  ],
});

describe('the query editor', () => {
  it('changes the format and runs once', async () => {
    const { changes, runs } = await show({ refId: 'A', rawSql: 'SELECT 1', format: 'table' });
    fireEvent.click(screen.getByRole('radio', { name: 'Time series' }));
    expect(changes).toEqual([{ refId: 'A', rawSql: 'SELECT 1', format: 'timeseries' }]);
    expect(runs()).toBe(1);
  });

  it('shows a query saved by the official plugin in its format and saves it in ours', async () => {
    const { changes } = await show({ refId: 'A', rawSql: 'SELECT 1', format: 0, ...{ pluginVersion: '4.20.0' } });
    expect(screen.getByRole('radio', { name: 'Time series' })).toBeChecked();
    fireEvent.click(screen.getByRole('radio', { name: 'Table' }));
    expect(changes).toEqual([{ refId: 'A', rawSql: 'SELECT 1', format: 'table' }]);
  });

  it('saves and runs SQL that changed when the field is left, and nothing when it did not', async () => {
    const { changes, runs } = await show({ refId: 'A', rawSql: 'SELECT 1', format: 'table' });
    fireEvent.blur(screen.getByLabelText('SQL'));
    expect([changes, runs()]).toEqual([[], 0]);
    fireEvent.change(screen.getByLabelText('SQL'), { target: { value: 'SELECT 2' } });
    fireEvent.blur(screen.getByLabelText('SQL'));
    expect(changes).toEqual([{ refId: 'A', rawSql: 'SELECT 2', format: 'table' }]);
    expect(runs()).toBe(1);
  });

  it('saves with the SQL which variables its parameters ask for', async () => {
    const { changes } = await show({ refId: 'A', rawSql: 'SELECT 1', format: 'table' });
    fireEvent.change(screen.getByLabelText('SQL'), { target: { value: 'SELECT {city:String}' } });
    fireEvent.blur(screen.getByLabelText('SQL'));
    expect(changes).toMatchObject([{ rawSql: 'SELECT {city:String}', references: ['${city}'] }]);
  });

  it('runs on the button without a change', async () => {
    const { changes, runs } = await show({ refId: 'A', rawSql: 'SELECT 1', format: 'table' });
    fireEvent.click(screen.getByRole('button', { name: 'Run query' }));
    expect([changes, runs()]).toEqual([[], 1]);
  });

  it('shows the statement sent for its own refId', async () => {
    await show({ refId: 'B', rawSql: 'SELECT 1', format: 'table' }, answer('B', '/* tidemark ref=B */\nSELECT 1'));
    fireEvent.click(screen.getByText('SQL sent'));
    expect(screen.getByTestId('tidemark-sql-sent')).toHaveTextContent('/* tidemark ref=B */ SELECT 1');
  });

  it('shows no statement before the first run', async () => {
    await show({ refId: 'B', rawSql: 'SELECT 1', format: 'table' }, answer('A', 'SELECT 2'));
    expect(screen.queryByText('SQL sent')).toBeNull();
  });
});
