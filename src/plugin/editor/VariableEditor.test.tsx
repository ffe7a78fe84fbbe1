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

test.each([
  ['a bare string, as old dashboards save it', 'SELECT 1'],
  ['a query', { refId: 'variable', rawSql: 'SELECT 1', format: 'table' }],
])('the variable editor shows %s and saves a whole query', async (_name, saved) => {
  const changes: TidemarkQuery[] = [];
  const props = {
    datasource: {},
    query: saved,
    onChange: (query: TidemarkQuery) => changes.push(query),
    onRunQuery: () => undefined,
  } as unknown as VariableEditorProps;
  await act(async () => void render(<VariableEditor {...props} />));
  const field = screen.getAllByLabelText('SQL').find((element) => element.tagName === 'TEXTAREA') as HTMLElement;
  expect(field).toHaveValue('SELECT 1');
  fireEvent.change(field, { target: { value: 'SELECT 2' } });
  fireEvent.blur(field);
  expect(changes).toEqual([{ refId: 'variable', rawSql: 'SELECT 2', format: 'table' }]);
});
