import { findInsertHead } from './insertHead';
import { insertFrom } from './insertStatement';

import type { InsertHead } from './insertHead';

const find = (text: string | Buffer, ended = true) => findInsertHead(Buffer.from(text as string), ended);

function split(text: string): { sql: string; data: string; format: string } {
  const bytes = Buffer.from(text);
  const head = findInsertHead(bytes, true) as InsertHead;
  const sql = insertFrom('/f', bytes.toString('latin1', 0, head.dataAt), head);
  return { sql: sql.replaceAll(/\s+/g, ' ').trim(), data: bytes.toString('utf8', head.dataAt), format: head.format };
}

describe('findInsertHead', () => {
  it.each([
    ['INSERT INTO t FORMAT CSV\n1,2\n', "INSERT INTO t FROM INFILE '/f' FORMAT CSV", '1,2\n'],
    ['insert into t(a) format JSONEachRow {"a":1}', "insert into t(a) FROM INFILE '/f' format JSONEachRow", '{"a":1}'],
    ['INSERT INTO t FORMAT RowBinary\r\n\n\x01', "INSERT INTO t FROM INFILE '/f' FORMAT RowBinary", '\n\x01'],
    ['INSERT INTO t VALUES (1)', "INSERT INTO t FROM INFILE '/f' FORMAT Values", ' (1)'],
    ['INSERT INTO t FORMAT Values (1)', "INSERT INTO t FROM INFILE '/f' FORMAT Values", '(1)'],
    [
      'INSERT INTO t (`format`) SETTINGS a = 1 VALUES (1)',
      "INSERT INTO t (`format`) FROM INFILE '/f' SETTINGS a = 1 FORMAT Values",
      ' (1)',
    ],
    ['INSERT INTO db.values FORMAT CSV\n1', "INSERT INTO db.values FROM INFILE '/f' FORMAT CSV", '1'],
    ['/* FORMAT x */ INSERT INTO `ü` FORMAT CSV\nö', "/* FORMAT x */ INSERT INTO `ü` FROM INFILE '/f' FORMAT CSV", 'ö'],
    [
      "INSERT INTO FUNCTION file('x', 'CSV') FORMAT TSV\n1",
      "INSERT INTO FUNCTION file('x', 'CSV') FROM INFILE '/f' FORMAT TSV",
      '1',
    ],
    [
      "INSERT INTO t SELECT a + 1 FROM input('a UInt8') WHERE a > 0 FORMAT CSV\n1",
      "INSERT INTO t SELECT a + 1 FROM file('/f', 'CSV', 'a UInt8') WHERE a > 0",
      '1',
    ],
  ])('splits %j', (text, sql, data) => {
    expect(split(text)).toMatchObject({ sql, data });
  });

  it.each(['SELECT 1 FORMAT CSV', 'INSERT INTO t SELECT 1 FORMAT CSV', 'INSERT INTO t SELECT 1', '', 'x'])(
    'finds no data behind %j',
    (text) => expect(find(text)).toBeUndefined(),
  );

  it('asks for more at every cut before the data begins, and never changes its mind afterwards', () => {
    const text = 'INSERT INTO some_table (a, b) SETTINGS x = 1 FORMAT JSONEachRow\n{"a":1}\n';
    const whole = find(text) as InsertHead;
    expect(text.slice(whole.dataAt)).toBe('{"a":1}\n');
    for (let length = 0; length < text.length; length++) {
      const found = find(text.slice(0, length), false);
      expect([length, found]).toEqual([length, length < whole.dataAt ? 'incomplete' : whole]);
    }
  });

  it('stops asking where a head would be longer than a query may be', () => {
    expect(find(`INSERT INTO t (${'a, '.repeat(100_000)}`, false)).toBeUndefined();
  });

  it('refuses FROM INFILE, and input() without a structure', () => {
    expect(() => find("INSERT INTO t FROM INFILE '/etc/passwd' FORMAT CSV")).toThrow('INFILE');
    expect(() => split('INSERT INTO t SELECT * FROM input() FORMAT CSV\n1')).toThrow('input() without a structure');
  });
});
