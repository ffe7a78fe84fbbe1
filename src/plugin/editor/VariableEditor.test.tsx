import { act, fireEvent, render, screen } from '@testing-library/react';
import type { TidemarkQuery } from '../query';
import { VariableEditor } from './VariableEditor';
import type { VariableEditorProps } from './VariableEditor';

// Monaco needs a real browser: here a plain field commits as the editor does, when it is left.
jest.mock('./SqlField', () => ({
  SqlField: ({ value, onCommit }: { value: string; onCommit: (sql: string) => void }) => (
    <textarea aria-label="SQL" defaultValue={value} onBlur={(event) => onCommit(event.currentTarget.value)} />
  ),
}));

async function show(saved: unknown) {
  const changes: TidemarkQuery[] = [];
  const props = {
    datasource: {},
    query: saved,
    onChange: (query: TidemarkQuery) => changes.push(query),
    onRunQuery: () => undefined,
  } as unknown as VariableEditorProps;
  await act(async () => void render(<VariableEditor {...props} />));
  return changes;
}

const sqlField = () => screen.getAllByLabelText('SQL').find((element) => element.tagName === 'TEXTAREA') as HTMLElement;

describe('the variable editor', () => {
  test.each([
    ['a bare string, as old dashboards save it', 'SELECT 1'],
    ['a query', { refId: 'variable', rawSql: 'SELECT 1', format: 'table' }],
    ['a query of another plugin', { refId: '', query: 'SELECT 1', queryType: 'timeseries' }],
  ])('shows %s and saves a whole query', async (_name, saved) => {
    const changes = await show(saved);
    expect(sqlField()).toHaveValue('SELECT 1');
    fireEvent.blur(sqlField());
    expect(changes).toEqual([]);
    fireEvent.change(sqlField(), { target: { value: 'SELECT 2' } });
    fireEvent.blur(sqlField());
    expect(changes).toEqual([{ refId: 'variable', rawSql: 'SELECT 2', format: 'table', queryType: 'sql' }]);
  });

  test('offers every kind and keeps the SQL when another is chosen', async () => {
    const changes = await show({ refId: 'variable', rawSql: 'SELECT 1', format: 'table' });
    expect(screen.getAllByRole('radio')).toHaveLength(8);
    fireEvent.click(screen.getByRole('radio', { name: 'Columns' }));
    expect(changes).toEqual([{ refId: 'variable', rawSql: 'SELECT 1', format: 'table', queryType: 'columns' }]);
  });

  test('shows the fields of a kind and saves one when it is left', async () => {
    const saved = { refId: 'variable', rawSql: '', format: 'table', queryType: 'values', table: 'events' };
    const changes = await show(saved);
    expect(screen.queryByLabelText('SQL', { selector: 'textarea' })).toBeNull();
    expect(screen.getAllByRole('textbox').map((element) => element.getAttribute('aria-label'))).toEqual([
      'Database',
      'Table',
      'Column',
      'Time column',
    ]);
    expect(screen.getByRole('textbox', { name: 'Table' })).toHaveValue('events');
    fireEvent.blur(screen.getByRole('textbox', { name: 'Database' }));
    expect(changes).toEqual([]);
    fireEvent.change(screen.getByRole('textbox', { name: 'Column' }), { target: { value: ' country ' } });
    fireEvent.blur(screen.getByRole('textbox', { name: 'Column' }));
    expect(changes).toEqual([{ ...saved, column: 'country' }]);
  });
});
