import { dateTime, LoadingState } from '@grafana/data';
import type { DataFrame } from '@grafana/data';
import { startEngine } from '../../testing/engine';
import type { TestEngine } from '../../testing/engine';
import { emissions, framesOf, noticesOf, panelRequest, panelSource } from '../../testing/panel';
import type { Transport } from '../../clickhouse/transport';

let engine: TestEngine;
beforeAll(async () => void (engine = await startEngine()), 60_000);
afterAll(() => engine?.stop(), 30_000);

const values = (frame: DataFrame | undefined, field = 0) => frame?.fields[field]?.values ?? [];

/** A row every 100 ms or so, for 4 s, in blocks of their own. */
const slow = 'SELECT number, sleepEachRow(0.1) FROM numbers(40) SETTINGS max_block_size = 2';

describe('a slow answer', () => {
  it('is drawn as it comes, says how far it is, and ends whole', async () => {
    const { source } = panelSource(engine.url);
    const startedMs = Date.now();
    const seen: { at: number; rows: number; state: string | undefined; said: string }[] = [];
    const frames: DataFrame[] = [];
    await new Promise<void>((resolve) =>
      source.query(panelRequest([slow])).subscribe({
        next(response) {
          const [frame] = framesOf(response);
          if (frame) frames.push(frame);
          const said = noticesOf(response).join();
          seen.push({ at: Date.now() - startedMs, rows: frame?.length ?? 0, state: response.state, said });
        },
        complete: resolve,
      }),
    );
    expect(seen.length).toBeGreaterThan(4);
    expect(seen.map(({ rows }) => rows)).toEqual([...seen.map(({ rows }) => rows)].sort((a, b) => a - b));
    expect(seen[0]!.rows).toBeLessThan(20);
    expect(seen.slice(0, -1).every(({ state }) => state === LoadingState.Loading)).toBe(true);
    expect(seen[0]!.said).toMatch(/^Still running: \d+ rows so far\.$/);
    expect(seen.some(({ said }) => /Still running for \d s: .*rows read, \d+ rows so far/.test(said))).toBe(true);
    const last = seen.at(-1)!;
    expect([last.rows, last.state, last.said]).toEqual([40, LoadingState.Done, '']);
    expect(values(frames.at(-1))).toEqual(Array.from({ length: 40 }, (_, i) => i));
    // Grafana writes into frames: no two emissions may share one, nor their values.
    expect(new Set(frames.map(({ fields }) => fields[0]!)).size).toBe(frames.length);
    expect(new Set(frames.map(({ fields }) => fields[0]!.values)).size).toBe(frames.length);
  }, 30_000);

  it('that breaks on the way is an error, and what was drawn is taken back', async () => {
    const sql =
      "SELECT number, sleepEachRow(0.05), throwIf(number = 30, 'too late') FROM numbers(40) SETTINGS max_block_size = 2";
    const all = await emissions(panelSource(engine.url).source, panelRequest([sql]));
    expect(all.length).toBeGreaterThan(1);
    const last = all.at(-1)!;
    expect(last.state).toBe(LoadingState.Error);
    expect(last.errors?.[0]?.message).toMatch(/too late|broke off/);
    expect(framesOf(last).flatMap(({ fields }) => fields)).toEqual([]);
  }, 30_000);
});

test.each([
  ['SELECT 1 + )', /Syntax error.*at position 12 .*\(line 1, col 12\)/s],
  ['SELECT 1,\n  (2', /Syntax error.*at position 13 .*\(line 2, col 3\)/s],
])('%j: the position in the error is that in the statement, not behind our comment', async (sql, message) => {
  const { errors } = (await emissions(panelSource(engine.url).source, panelRequest([sql]))).at(-1)!;
  expect(errors?.[0]?.message).toMatch(message);
});

describe('identical queries', () => {
  it('of twenty panels are one on the server, each with frames of its own', async () => {
    const { source, statements } = panelSource(engine.url);
    const sql = 'SELECT number, toString(number) AS s FROM numbers(3) WHERE sleep(0.3) = 0';
    const panels = Array.from({ length: 20 }, (_, i) =>
      emissions(source, panelRequest([sql], { panelName: `Panel ${i}`, requestId: `r${i}` })),
    );
    const answers = (await Promise.all(panels)).map((all) => framesOf(all.at(-1))[0]!);
    expect(statements().length).toBe(1);
    expect(answers.map((frame) => values(frame, 1))).toEqual(answers.map(() => ['0', '1', '2']));
    expect(new Set(answers.map((frame) => values(frame, 1))).size).toBe(20);
    expect(new Set(answers.map(({ meta }) => meta?.executedQueryString)).size).toBe(1);
    await emissions(source, panelRequest([sql]));
    expect(statements().length).toBe(2);
  });

  it('with other ranges, parameters or formats keep apart what is apart', async () => {
    const { source, statements } = panelSource(engine.url);
    const sql = 'SELECT $__fromTime AS f, sleep(0.2) AS s';
    const later = panelRequest([sql]);
    const moved = { ...later.range, from: dateTime(later.range.from.valueOf() + 3_600_000) };
    const both = await Promise.all([
      emissions(source, panelRequest([sql, { rawSql: sql, format: 'timeseries' }])),
      emissions(source, { ...later, range: moved }),
    ]);
    expect(statements().length).toBe(2);
    const [first, second] = both.map((all) => framesOf(all.at(-1)));
    expect(values(second![0])).not.toEqual(values(first![0]));
    expect(first!.map(({ meta }) => meta?.type)).toEqual([undefined, 'timeseries-wide']);
  });
});

describe('limits', () => {
  it('cut the rows, say so, and stop the query on the server', async () => {
    const { source } = panelSource(engine.url, { maxRows: 100_000 });
    const sql = 'SELECT number AS cut_marker FROM numbers(100000000000)';
    const [frame, ...others] = framesOf((await emissions(source, panelRequest([sql]))).at(-1));
    expect(others).toEqual([]);
    expect(frame!.length).toBe(100_000);
    expect(values(frame).at(-1)).toBe(99_999);
    expect(frame!.meta?.notices?.[0]?.text).toMatch(/^Only the first 100,000 rows are shown.*100,000 rows.*LIMIT/);
    await until(async () => (await running('cut_marker')) === 0);
    expect(await running('cut_marker')).toBe(0);
  }, 30_000);

  it('cut the bytes', async () => {
    const { source } = panelSource(engine.url, { maxMegabytes: 4 });
    const sql = "SELECT repeat('x', 1000) AS byte_marker FROM numbers(100000000)";
    const [frame] = framesOf((await emissions(source, panelRequest([sql]))).at(-1));
    expect(frame!.length).toBeGreaterThan(1_000);
    expect(frame!.length).toBeLessThan(80_000);
    expect(frame!.meta?.notices?.[0]?.text).toMatch(/Only the first [\d,]+ rows .*4 MiB/);
    await until(async () => (await running('byte_marker')) === 0);
  }, 30_000);

  it('an answer of exactly so many rows is whole', async () => {
    const { source } = panelSource(engine.url, { maxRows: 1000 });
    const last = (await emissions(source, panelRequest(['SELECT number FROM numbers(1000)']))).at(-1);
    expect([framesOf(last)[0]!.length, noticesOf(last)]).toEqual([1000, []]);
  });

  it('end a query that takes too long, here and on the server', async () => {
    // 1 s of its own and 5 s that the proxy's answer has for coming first.
    const { source } = panelSource(engine.url, { timeout: 1 });
    const sql = "SELECT 'timeout_marker', sum(sipHash64(number)) FROM numbers(1000000000000)";
    const { errors } = (await emissions(source, panelRequest([sql]))).at(-1)!;
    expect(errors?.[0]?.message).toMatch(/not answered in full after 6 seconds.*Narrow the time range/);
    await until(async () => (await running('timeout_marker')) === 0);
  }, 40_000);
});

describe('sending', () => {
  it('so many at once, the rest in turn, all answered', async () => {
    let [open, most] = [0, 0];
    const through =
      (way: Transport): Transport =>
      async (request) => {
        if (!request.body.startsWith('/* tidemark')) return way(request);
        most = Math.max(most, ++open);
        const answer = await way(request);
        return { ...answer, chunks: counted(answer.chunks, () => void open--) };
      };
    const { source } = panelSource(engine.url, { through, sideBySide: 3 });
    const sql = Array.from({ length: 9 }, (_, i) => `SELECT ${i} AS n, sleep(0.1)`);
    const last = (await emissions(source, panelRequest(sql))).at(-1)!;
    expect(framesOf(last).map((frame) => values(frame)[0])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(most).toBe(3);
  });

  it('once more where nothing answered, and not where it might do harm', async () => {
    let failures = 1;
    const through =
      (way: Transport): Transport =>
      (request) =>
        failures-- > 0 ? Promise.reject(new Error('connection reset')) : way(request);
    const again = panelSource(engine.url, { through });
    const last = (await emissions(again.source, panelRequest(['SELECT 1 AS n']))).at(-1);
    expect([values(framesOf(last)[0]), again.statements().length]).toEqual([[1], 2]);
    const [first, second] = again.sent.map(({ params }) => params['query_id']);
    expect(first).not.toBe(second);
    failures = 1;
    const harmful = panelSource(engine.url, { through });
    const { errors } = (await emissions(harmful.source, panelRequest(['INSERT INTO nowhere SELECT 1']))).at(-1)!;
    expect([errors?.[0]?.message, harmful.statements().length]).toEqual([
      expect.stringMatching(/could not be reached/),
      1,
    ]);
  });

  it('sends no setting, ever', async () => {
    const { source, sent } = panelSource(engine.url);
    await emissions(source, panelRequest(['SELECT 1', slow.replace('40', '12')]));
    const names = new Set(sent.flatMap(({ params }) => Object.keys(params)));
    expect([...names].filter((name) => !['default_format', 'query_id', 'database'].includes(name))).toEqual([]);
    expect(sent.some(({ body }) => body.includes('system.processes'))).toBe(true);
  }, 30_000);

  it('tells the price', async () => {
    const { source } = panelSource(engine.url);
    const last = (await emissions(source, panelRequest(['SELECT number FROM numbers(5000)']))).at(-1);
    const stats = framesOf(last)[0]!.meta?.stats ?? [];
    const of = (name: string) => stats.find(({ displayName }) => displayName === name)?.value;
    expect(of('Rows received')).toBe(5000);
    expect(of('Bytes received')).toBeGreaterThan(40_000);
    expect(of('Time until received')).toBeGreaterThan(0);
  });
});

describe('column comments', () => {
  it('say in which unit and under which name a result column of the same name is drawn', async () => {
    await engine.db.command(
      `CREATE TABLE calls (at DateTime, took Float64 COMMENT 'unit=ms name="Response time"', price Decimal(9, 2) COMMENT 'unit=EUR') ORDER BY at`,
    );
    await engine.db.command('INSERT INTO calls VALUES (0, 5, 1.5)');
    const { source } = panelSource(engine.url);
    const sql = 'SELECT quantile(0.5)(took) AS took, max(price) AS price, count() AS n FROM calls';
    const [frame] = framesOf((await emissions(source, panelRequest([sql]))).at(-1));
    expect(frame!.fields.map(({ name, config }) => [name, config.unit, config.displayNameFromDS])).toEqual([
      ['took', 'ms', 'Response time'],
      ['price', 'currencyEUR', undefined],
      ['n', undefined, undefined],
    ]);
  });
});

describe('parameters of a statement', () => {
  it('travel outside of it', async () => {
    const { source, sent } = panelSource(engine.url, { variables: { city: "O'Brien", cities: ['Oslo', 'Rom'] } });
    const sql = 'SELECT {city:String} AS city, has({cities:Array(String)}, {city:String}) AS known';
    const [frame] = framesOf((await emissions(source, panelRequest([sql]))).at(-1));
    expect(frame!.fields.map((field) => field.values[0] as unknown)).toEqual(["O'Brien", 0]);
    const [request] = sent.filter(({ body }) => body.startsWith('/* tidemark'));
    expect(request!.params).toMatchObject({ param_city: "O'Brien", param_cities: "['Oslo','Rom']" });
    expect(request!.body).toContain(sql);
  });
});

describe('cancelling', () => {
  it('stops the query on the server once nobody waits for it, and not before', async () => {
    const { source } = panelSource(engine.url);
    const sql = "SELECT 'cancel_marker', sum(sipHash64(number)) FROM numbers(1000000000000)";
    const [first, second] = [0, 1].map(() => source.query(panelRequest([sql])).subscribe());
    await until(async () => (await running('cancel_marker')) === 1);
    first!.unsubscribe();
    await pause(700);
    expect(await running('cancel_marker')).toBe(1);
    second!.unsubscribe();
    await until(async () => (await running('cancel_marker')) === 0, 1_000);
  }, 30_000);

  it('finds a query that had not reached the server yet', async () => {
    const through =
      (way: Transport): Transport =>
      async (request) => {
        // A proxy that passes on what its client has given up already.
        if (!request.body.startsWith('/* tidemark')) return way(request);
        await pause(120);
        return way({ params: request.params, headers: request.headers, body: request.body });
      };
    const { source } = panelSource(engine.url, { through });
    const sql = "SELECT 'early_marker', sum(sipHash64(number)) FROM numbers(1000000000000)";
    const subscription = source.query(panelRequest([sql])).subscribe();
    await pause(30);
    subscription.unsubscribe();
    await until(async () => (await running('early_marker')) === 1);
    await until(async () => (await running('early_marker')) === 0, 2_000);
  }, 30_000);
});

async function running(marker: string): Promise<number> {
  const rows = await engine.db.query(
    `SELECT 1 FROM system.processes WHERE query LIKE '%${marker}%' AND query NOT LIKE '%system.processes%'`,
  );
  return rows.length;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(condition: () => Promise<boolean>, withinMs = 10_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`the condition did not come true within ${withinMs} ms`);
    await pause(20);
  }
}

async function* counted(chunks: AsyncIterable<Uint8Array>, ended: () => void): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } finally {
    ended();
  }
}
