import { replaceReferences } from '../core/interpolate/references';
import { migrateQuery, withReferences } from './query';
import type { TidemarkQuery } from './query';

describe('migrateQuery', () => {
  it('leaves a query of today as it is', () => {
    const query = { refId: 'A', rawSql: 'SELECT 1', format: 'timeseries' as const, hide: true };
    expect(migrateQuery(query)).toEqual(query);
  });

  it.each([
    [0, 'timeseries'],
    [1, 'table'],
    [2, 'logs'],
    [3, 'trace'],
    ['logs', 'logs'],
    ['traces', 'trace'],
    ['flamegraph', 'table'],
    ['constructor', 'table'],
    ['time_series', 'timeseries'],
    ['timeseries', 'timeseries'],
    ['table', 'table'],
    [undefined, 'table'],
    ['nonsense', 'table'],
  ])('reads the format %p as %s', (format, expected) => {
    expect(migrateQuery({ refId: 'A', rawSql: 'SELECT 1', format }).format).toBe(expected);
  });

  it('takes over a query of the official plugin and drops what means nothing here', () => {
    const saved = {
      refId: 'B',
      datasource: { type: 'grafana-clickhouse-datasource', uid: 'x' },
      editorType: 'builder',
      builderOptions: { database: 'd' },
      pluginVersion: '4.20.0',
      rawSql: 'SELECT now()',
      format: 0,
      queryType: 'timeseries',
    };
    expect(migrateQuery(saved)).toEqual({
      refId: 'B',
      datasource: { type: 'grafana-clickhouse-datasource', uid: 'x' },
      rawSql: 'SELECT now()',
      format: 'timeseries',
      queryType: 'timeseries',
    });
  });

  it('takes over a statement under its other name', () => {
    expect(migrateQuery({ refId: 'A', query: 'SELECT 2', format: 'time_series' })).toEqual({
      refId: 'A',
      rawSql: 'SELECT 2',
      format: 'timeseries',
    });
  });

  it('turns what is no text into an empty statement', () => {
    expect(migrateQuery({ refId: 'A', rawSql: 42 }).rawSql).toBe('');
  });
});

describe('withReferences', () => {
  const query = (rawSql: string): TidemarkQuery => ({ refId: 'A', rawSql, format: 'table' });

  it('names the variables of parameters as Grafana finds them in a saved query', () => {
    const saved = withReferences(query("SELECT {a:String}, {b:Array(String)}, {a:UInt8}, '{c:String}', $d"));
    expect(saved.references).toEqual(['${a}', '${b}']);
    const found = new Set<string>();
    replaceReferences(JSON.stringify(saved), ({ name, text }) => (found.add(name), text));
    expect([...found].sort()).toEqual(['a', 'b', 'd']);
  });

  it('takes them away where there is no parameter any more', () => {
    expect(withReferences({ ...query('SELECT 1'), references: ['${a}'] })).toEqual(query('SELECT 1'));
  });
});
