import { savedQuery, undent } from './query';
import { placeRows } from './layout';
import { dashboardSql } from './sql';
import { defaultSettings } from './settings';
import type { Row, TextPanel } from './spec';

const text: TextPanel = { kind: 'text', title: 't', about: { what: 'w', how: 'h', from: [] }, markdown: '' };
const row = (height: number, ...weights: number[]): Row => ({
  height,
  panels: weights.map((weight) => ({ ...text, weight })),
});
const boxes = (rows: readonly Row[]) => placeRows('d', rows).map(({ x, y, w, h }) => [x, y, w, h]);

test('the common indentation of a statement goes, its own stays', () => {
  expect(undent('\n      SELECT\n        a\n      FROM b')).toBe('SELECT\n  a\nFROM b');
  expect(undent('SELECT 1')).toBe('SELECT 1');
  expect(undent('SELECT\n    a\n  FROM b')).toBe('SELECT\n  a\nFROM b');
  expect(undent('\n  one\n\n  two\n')).toBe('one\n\ntwo');
  expect(undent('')).toBe('');
});

test('a saved query is the plugin’s: statement, format, data source by variable', () => {
  expect(savedQuery('SELECT 1', 'table')).toEqual({
    refId: 'A',
    rawSql: 'SELECT 1',
    format: 'table',
    datasource: { type: 'tidemark-clickhouse-datasource', uid: '${DS}' },
  });
});

test('rows fill 24 columns in proportion to the weights', () => {
  expect(boxes([row(4, 1, 1), row(9, 1, 2)])).toEqual([
    [0, 0, 12, 4],
    [12, 0, 12, 4],
    [0, 4, 8, 9],
    [8, 4, 16, 9],
  ]);
});

test('widths that do not divide 24 lose no column', () => {
  for (const count of [5, 7]) {
    const widths = boxes([row(4, ...Array.from({ length: count }, () => 1))]).map(([, , w]) => w ?? 0);
    expect(widths.reduce((sum, w) => sum + w, 0)).toBe(24);
    expect(Math.max(...widths) - Math.min(...widths)).toBe(1);
  }
});

test('an empty row takes no height', () => {
  expect(boxes([row(4), row(5, 1)])).toEqual([[0, 0, 24, 5]]);
});

test('SQL pieces say what they stand for', () => {
  const sql = dashboardSql({ ...defaultSettings, database: 'x`y' });
  expect(sql.rollup('user_day')).toBe('`x\\`y`.`user_day` FINAL');
  expect(sql.table('rollup_status')).toBe('`x\\`y`.`rollup_status`');
  expect(sql.as('Net, so far')).toBe('AS `Net, so far`');
  expect(sql.today).toBe('toDate(now(), timezoneOf(t))');
  expect(sql.closedDay).toBe(
    'least(toDate($__toTime - INTERVAL 1 SECOND, timezoneOf(t)), toDate(now(), timezoneOf(t)) - 1)',
  );
  expect(sql.weekOf('d')).toBe('toMonday(d)');
  expect(dashboardSql({ ...defaultSettings, weekStart: 'sunday' }).weekOf('d')).toBe('toStartOfWeek(d, 0)');
  expect(sql.grainOf('d')).toBe('toDate(dateTrunc(${grain:sqlstring}, d))');
  expect(dashboardSql({ ...defaultSettings, weekStart: 'sunday' }).grainOf('d')).toBe(
    "if(${grain:sqlstring} = 'week', toStartOfWeek(d, 0), toDate(dateTrunc(${grain:sqlstring}, d)))",
  );
});
