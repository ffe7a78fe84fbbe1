import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';

import { compress as lz4 } from 'lz4js';

import { startEngine } from '../testing/engine';

import type { TestEngine } from '../testing/engine';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(() => engine.stop());

async function post(path: string, body: BodyInit, headers: Record<string, string> = {}): Promise<Buffer> {
  const response = await fetch(engine.url + path, { method: 'POST', body, headers });
  const bytes = Buffer.from(await response.arrayBuffer());
  if (!response.ok) throw new Error(bytes.toString());
  return bytes;
}

const sql = (text: string, path = '/') => post(path, text).then(String);
const insertPath = (text: string) => `/?query=${encodeURIComponent(text)}`;

/** Formats of which a table of a number and a string cannot be made, or whose bytes hold the time. */
const needsMore = new Set([
  'AvroConfluent', // a schema registry
  'GeoJSON', // a geometry
  'MySQLWire',
  'Npy', // numbers only
  'ODBCDriver2',
  'PNG',
  'PostgreSQLWire',
  'Prometheus', // fixed columns
  'Protobuf', // with names that last as long as a request
  'ProtobufList',
  'ProtobufSingle',
  'Template', // a template
]);

describe('answers', () => {
  it('are the same streamed and whole, in every format, of several blocks, with totals and extremes', async () => {
    const names = (await sql('SELECT name FROM system.formats WHERE is_output ORDER BY name')).trim().split('\n');
    const plain = 'SELECT number AS n, toString(number) AS s FROM numbers(7)';
    const totals = 'SELECT number % 3 AS n, count() AS s FROM numbers(7) GROUP BY n WITH TOTALS ORDER BY n LIMIT 2';
    const settings = 'max_block_size=3&output_format_write_statistics=0&output_format_avro_sync_interval=32';
    const different: string[] = [];
    for (const format of names.filter((name) => !needsMore.has(name)))
      for (const text of [plain, `${totals} SETTINGS extremes = 1`]) {
        const path = `/?${settings}&default_format=${format}`;
        // Formats with progress lines, or random marks between blocks, differ from run to run.
        if (/Progress|Avro/.test(format)) continue;
        const answered = await post(path, text);
        const waited = await post(`${path}&wait_end_of_query=1`, text);
        // The word makes the server leave it to the engine to write the answer as one file, whatever the format.
        const written = await post(path, `${text} /* extremes */`);
        if (!answered.equals(written) || !waited.equals(written))
          different.push(`${format}: ${answered.length}, ${waited.length} and ${written.length} bytes`);
      }
    expect(names.length).toBeGreaterThan(80);
    expect(different).toEqual([]);
  }, 60_000);

  it('of no rows are those of the format', async () => {
    for (const format of ['JSONEachRow', 'TabSeparated', 'JSON', 'Native', 'CSVWithNames', 'RowBinary']) {
      const path = `/?output_format_write_statistics=0&default_format=${format}`;
      const [streamed, whole] = await Promise.all([
        post(path, 'SELECT 1 AS a WHERE 0'),
        post(path, 'SELECT 1 AS a WHERE 0 /* extremes */'),
      ]);
      expect([format, streamed.toString()]).toEqual([format, whole.toString()]);
    }
  });

  it.each(['gzip', 'br', 'deflate'])('are compressed with %s where the client takes it', async (encoding) => {
    for (const format of ['TabSeparated', 'CSVWithNames']) {
      const init = {
        method: 'POST',
        body: 'SELECT number FROM numbers(100000)',
        headers: { 'Accept-Encoding': encoding },
      };
      const response = await fetch(`${engine.url}/?enable_http_compression=1&default_format=${format}`, init);
      expect(response.headers.get('content-encoding')).toBe(encoding);
      expect((await response.text()).split('\n').filter((line) => /^\d+$/.test(line))).toHaveLength(100_000);
    }
    const init = { method: 'POST', body: 'SELECT 1', headers: { 'Accept-Encoding': encoding } };
    const plain = await fetch(`${engine.url}/?enable_http_compression=0`, init);
    expect([plain.headers.get('content-encoding'), await plain.text()]).toEqual([null, '1\n']);
  });
});

describe('inserts', () => {
  beforeAll(() =>
    sql("CREATE TABLE t (n UInt64, s String, d String DEFAULT concat('d', s)) ENGINE = MergeTree ORDER BY n"),
  );
  beforeEach(() => sql('TRUNCATE TABLE t'));
  const rows = () => sql('SELECT n, s, d FROM t ORDER BY n FORMAT JSONCompactEachRow');

  it('read back what the engine writes, in every format that it reads', async () => {
    const names = await sql('SELECT name FROM system.formats WHERE is_input AND is_output ORDER BY name');
    const select = "SELECT number AS n, concat('ö\\'\\n\\0', toString(number)) AS s, 'x' AS d FROM numbers(5)";
    const expected = await sql(`${select} FORMAT JSONCompactEachRow`);
    const read: string[] = [];
    for (const format of names
      .trim()
      .split('\n')
      .filter((name) => !needsMore.has(name) && !only.has(name))) {
      await sql('TRUNCATE TABLE t');
      const extra = 'format_regexp=.*&output_format_arrow_string_as_string=1';
      const data = await post(`/?wait_end_of_query=1&${extra}&default_format=${format}`, select);
      const head = Buffer.from(`INSERT INTO t (n, s, d) FORMAT ${format}\n`);
      await post('/', Buffer.concat([head, data]));
      if ((await rows()) === expected) read.push(format);
      else throw new Error(`${format}: ${await rows()}`);
    }
    expect(read).toEqual(
      expect.arrayContaining(['Native', 'RowBinary', 'Parquet', 'ArrowStream', 'CSV', 'JSON', 'ORC']),
    );
  }, 60_000);
  /** Input formats that take one column, or lose the names of the columns. */
  const only = new Set([
    'RawBLOB',
    'LineAsString',
    'LineAsStringWithNames',
    'LineAsStringWithNamesAndTypes',
    'JSONAsString',
    'JSONAsObject',
    'Raw', // no escapes: the value has a line break
    'RawWithNames',
    'RawWithNamesAndTypes',
    'TSVRaw',
    'TSVRawWithNames',
    'TSVRawWithNamesAndTypes',
    'TabSeparatedRaw',
    'TabSeparatedRawWithNames',
    'TabSeparatedRawWithNamesAndTypes',
  ]);

  it.each([
    ['the query in the URL', 'INSERT INTO t FORMAT JSONEachRow', '{"n":1,"s":"a"}\n{"n":2,"s":"b","d":"own"}'],
    ['the query in the body', '', 'INSERT INTO t FORMAT JSONEachRow {"n":1,"s":"a"}\n{"n":2,"s":"b","d":"own"}'],
    ['a list of columns and settings', '', 'INSERT INTO t (s, n) SETTINGS async_insert = 1 FORMAT CSV\na,1\nb,2\n'],
    ['VALUES', '', "INSERT INTO t (n, s) VALUES (1, 'a'), (1 + 1, concat('', 'b'));"],
    ['VALUES with settings', 'INSERT INTO t (n, s) SETTINGS async_insert=0 VALUES', "(1,'a'),(2,'b')"],
    ['a comment before it', '', '-- FORMAT no\n/* VALUES */ INSERT INTO `t` (n, s) FORMAT TSV\n1\ta\n2\tb\n'],
    ['input()', '', "INSERT INTO t (n, s) SELECT x, y FROM input('x UInt8, y String') FORMAT CSV\n1,a\n2,b\n"],
  ])('take %s', async (_what, query, body) => {
    await post(query ? insertPath(query) : '/', body);
    const own = body.includes('own') ? 'own' : 'db';
    expect(await rows()).toBe(`[1, "a", "da"]\n[2, "b", "${own}"]\n`);
  });

  it('take parameters among VALUES', async () => {
    await post('/?param_n=7&param_s=x', 'INSERT INTO t (n, s) VALUES ({n:UInt64}, {s:String})');
    expect(await rows()).toBe('[7, "x", "dx"]\n');
  });

  const lines = Array.from({ length: 50_000 }, (_, n) => `{"n":${n},"s":"text ${n % 1000}"}\n`).join('');
  const half = lines.indexOf('\n', lines.length / 2) + 1;
  const halves = [Buffer.from(lines.slice(0, half)), Buffer.from(lines.slice(half))];
  // What the zstd command makes of "{"n":1,"s":"zstd"}\n", twice.
  const zstd = Buffer.from('28b52ffd0058990000' + Buffer.from('{"n":1,"s":"zstd"}\n').toString('hex'), 'hex');

  it.each([
    ['gzip', Buffer.concat(halves.map((part) => gzipSync(part)))],
    ['deflate', deflateSync(lines)],
    ['br', brotliCompressSync(lines, { params: {} })],
    ['lz4', Buffer.concat(halves.map((part) => Buffer.from(lz4(part))))],
  ])('take bodies with Content-Encoding %s, of several members where it has such', async (encoding, body) => {
    await post(insertPath('INSERT INTO t (n, s) FORMAT JSONEachRow'), body, { 'Content-Encoding': encoding });
    expect(await sql('SELECT count(), sum(n), uniqExact(s) FROM t')).toBe('50000\t1249975000\t1000\n');
  });

  it('take bodies with Content-Encoding zstd, of several frames', async () => {
    const body = Buffer.concat([zstd, zstd]);
    await post(insertPath('INSERT INTO t (n, s) FORMAT JSONEachRow'), body, { 'Content-Encoding': 'zstd' });
    expect(await rows()).toBe('[1, "zstd", "dzstd"]\n[1, "zstd", "dzstd"]\n');
  });

  it('refuse encodings that are not known, and bodies that are not what they say, and insert nothing', async () => {
    const to = insertPath('INSERT INTO t (n, s) FORMAT JSONEachRow');
    await expect(post(to, 'x', { 'Content-Encoding': 'snappy' })).rejects.toThrow(/Code: 48.*"snappy"/s);
    for (const encoding of ['gzip', 'zstd', 'lz4', 'br', 'deflate'])
      await expect(post(to, '{"n":1}', { 'Content-Encoding': encoding })).rejects.toThrow(`not valid ${encoding}`);
    const cut = gzipSync(lines).subarray(0, 1000);
    await expect(post(to, cut, { 'Content-Encoding': 'gzip' })).rejects.toThrow('not valid gzip');
    const followed = Buffer.concat([deflateSync('{"n":1}'), Buffer.from('more')]);
    await expect(post(to, followed, { 'Content-Encoding': 'deflate' })).rejects.toThrow('4 bytes follow its end');
    expect(await sql('SELECT count() FROM t')).toBe('0\n');
  });

  it('say what is wrong with the data, without a path of the server', async () => {
    const failed = post('/', 'INSERT INTO t FORMAT JSONEachRow\n{"n":1}\n{"n":"zz"}');
    await expect(failed).rejects.toThrow(/Cannot parse input.*\(at row 2\).*in the request body/s);
    await expect(failed).rejects.not.toThrow(engine.dataDir);
    await expect(post('/', "INSERT INTO t FROM INFILE '/etc/passwd' FORMAT CSV")).rejects.toThrow('INFILE');
    await expect(post('/', 'INSERT INTO nosuch FORMAT CSV\n1')).rejects.toThrow('UNKNOWN_TABLE');
  });
});

describe('external tables', () => {
  it('are tables for one query, by structure or by types, in a form', async () => {
    const form = new FormData();
    form.append('query', 'SELECT b, _1 FROM named JOIN bare ON a = _1 ORDER BY b');
    form.append('named', new Blob(['1\tx\n2\ty\n']), 'named.tsv');
    form.append('bare', new Blob(['1\n2\n3\n']), 'bare.csv');
    const path = '/?named_structure=a+UInt8,+b+String&bare_types=UInt8&bare_format=CSV';
    expect(String(await post(path, form))).toBe('x\t1\ny\t2\n');
    await expect(sql('SELECT * FROM named')).rejects.toThrow('UNKNOWN_TABLE');
    const unknown = new FormData();
    unknown.append('query', 'SELECT * FROM t2');
    unknown.append('t2', new Blob(['1\n']), 't2');
    await expect(post('/', unknown)).rejects.toThrow('external table t2');
  });

  it('leave the fields of a form to parameters and settings', async () => {
    const form = new FormData();
    form.append('query', "SELECT {a:Array(String)}, getSetting('max_threads')");
    form.append('param_a', "['x','y']");
    form.append('max_threads', '1');
    expect(String(await post('/', form))).toBe("['x','y']\t1\n");
  });
});
