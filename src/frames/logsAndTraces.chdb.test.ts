import { decodeNative } from '../native/decoder';
import { startEngine } from '../testing/engine';
import type { TestEngine } from '../testing/engine';
import { hintOf } from './hints';
import { toDataFrames } from './toDataFrames';
import type { FrameFormat, FrameOptions } from './toDataFrames';

let engine: TestEngine;
beforeAll(async () => void (engine = await startEngine()), 60_000);
afterAll(() => engine.stop());

async function frameOf(sql: string, format: FrameFormat, options: Partial<FrameOptions> = {}) {
  const response = await fetch(`${engine.url}/?default_format=Native`, { method: 'POST', body: sql });
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (!response.ok) throw new Error(Buffer.from(bytes).toString());
  const { frames, notices } = toDataFrames(decodeNative(bytes), { refId: 'A', format, ...options });
  const [frame] = frames;
  const values = Object.fromEntries(frame!.fields.map((field) => [field.name, field.values as unknown[]]));
  return { frame: frame!, values, notices };
}

const utc = (text: string) => Date.parse(`${text}Z`);

describe('logs', () => {
  it('are the fields of the data plane contract, whatever the columns are called', async () => {
    const { frame, values, notices } = await frameOf(
      `SELECT toDateTime64('2026-01-01 00:00:00.123456789', 9) AS event_time, 'disk full' AS Message, 'error' AS Level,
              18446744073709551615 AS user_id, 'web-1' AS host, map('region', 'eu', 'zone', '1') AS attributes,
              ('GET', 404) AS req, NULL AS gone
       UNION ALL SELECT toDateTime64('2026-01-01 00:00:01', 9), 'ok', 'info', 7, 'web-2', map(), ('PUT', 200), NULL`,
      'logs',
    );
    const order = values['body']![0] === 'disk full' ? [0, 1] : [1, 0];
    const at = (name: string) => order.map((row) => values[name]![row]);
    expect(frame.fields.map(({ name, type }) => [name, type])).toEqual([
      ['timestamp', 'time'],
      ['body', 'string'],
      ['severity', 'string'],
      ['labels', 'other'],
    ]);
    expect(at('timestamp')).toEqual([utc('2026-01-01T00:00:00.123'), utc('2026-01-01T00:00:01')]);
    expect(order.map((row) => frame.fields[0]!.nanos![row])).toEqual([456789, 0]);
    expect(at('body')).toEqual(['disk full', 'ok']);
    expect(at('severity')).toEqual(['error', 'info']);
    expect(at('labels')).toEqual([
      { user_id: '18446744073709551615', host: 'web-1', region: 'eu', zone: '1', req: '["GET",404]' },
      { user_id: '7', host: 'web-2', req: '["PUT",200]' },
    ]);
    expect(frame.meta).toMatchObject({ type: 'log-lines', typeVersion: [0, 0], preferredVisualisationType: 'logs' });
    expect(notices).toEqual([]);
  });

  it('take the first time and the first text where no name fits; rows without time are left out and said', async () => {
    const { values, notices, frame } = await frameOf(
      `SELECT arrayJoin([NULL, toDateTime('2026-01-01 00:00:00')]) AS at, 'hello' AS what, 5 AS id, 1.5 AS load`,
      'logs',
    );
    expect(values).toEqual({
      timestamp: [utc('2026-01-01T00:00:00')],
      body: ['hello'],
      id: ['5'],
      labels: [{ load: '1.5' }],
    });
    expect([frame.length, notices.map(({ code }) => code)]).toEqual([1, ['null_time']]);
  });

  it('without a time are a table that says why', async () => {
    const { frame, notices } = await frameOf(`SELECT 'x' AS message`, 'logs');
    expect([frame.fields.map(({ name }) => name), notices.map(({ code }) => code)]).toEqual([
      ['message'],
      ['no_log_lines'],
    ]);
  });

  it('entries of other maps and of JSON keep the column’s name; large numbers in them keep their digits', async () => {
    const { values } = await frameOf(
      `SELECT toDateTime(0) AS t, 'x' AS body, map('id', 12345678901234567890) AS ids, CAST((1, 'y'), 'Tuple(a Int8, b String)') AS pair`,
      'logs',
    );
    expect(values['labels']).toEqual([{ 'ids.id': '12345678901234567890', 'pair.a': '1', 'pair.b': 'y' }]);
  });
});

describe('traces', () => {
  it('of OpenTelemetry’s columns become spans', async () => {
    const { frame, values, notices } = await frameOf(
      `SELECT 'abc' AS TraceId, 's1' AS SpanId, '' AS ParentSpanId, 'GET /' AS SpanName, 'Server' AS SpanKind, 'shop' AS ServiceName,
              toDateTime64('2026-01-01 00:00:00.123456789', 9) AS Timestamp, 1500000 AS Duration, 'Error' AS StatusCode,
              map('http.method', 'GET') AS SpanAttributes, map('host', 'a') AS ResourceAttributes`,
      'trace',
    );
    expect(notices).toEqual([]);
    expect(frame.meta?.preferredVisualisationType).toBe('trace');
    expect(values).toEqual({
      traceID: ['abc'],
      spanID: ['s1'],
      parentSpanID: [undefined],
      operationName: ['GET /'],
      serviceName: ['shop'],
      kind: ['Server'],
      startTime: [utc('2026-01-01T00:00:00.123') + 0.456789],
      duration: [1.5],
      tags: [[{ key: 'http.method', value: 'GET' }]],
      serviceTags: [[{ key: 'host', value: 'a' }]],
      statusCode: [2],
    });
  });

  it('take Grafana’s own names, durations by their suffix, logs as JSON', async () => {
    const { values } = await frameOf(
      `SELECT 't' AS traceID, 'b' AS spanID, 'a' AS parentSpanID, 'q' AS operationName, 'db' AS serviceName, toDateTime64(1, 3) AS startTime,
              2500 AS duration_us, '[{"timestamp":5,"event":"retry","n":3},{"timestamp":"1970-01-01 00:00:01"},7]' AS logs`,
      'trace',
    );
    expect(values).toMatchObject({
      parentSpanID: ['a'],
      startTime: [1000],
      duration: [2.5],
      tags: [[]],
      logs: [
        [
          {
            timestamp: 5,
            fields: [
              { key: 'event', value: 'retry' },
              { key: 'n', value: '3' },
            ],
          },
          { timestamp: 1000, fields: [] },
        ],
      ],
    });
  });

  it('without what a span needs are a table that names it', async () => {
    const { frame, notices } = await frameOf(`SELECT 't' AS traceID, 'b' AS spanID`, 'trace');
    expect(frame.fields).toHaveLength(2);
    expect(notices[0]!.message).toMatch(/operationName, serviceName, startTime, duration not found.*table/);
  });
});

describe('hints of column comments', () => {
  it('give numbers their unit and name; the type’s own decimals stay', async () => {
    const hints = new Map([
      ['took', hintOf('unit=ms name="Response time"')!],
      ['price', hintOf('unit=EUR what it cost')!],
      ['label', hintOf('unit=ms not for text')!],
    ]);
    const { frame } = await frameOf(`SELECT 5 AS took, toDecimal64(1.5, 2) AS price, 'x' AS label`, 'table', { hints });
    expect(frame.fields.map(({ config }) => config)).toEqual([
      { unit: 'ms', displayNameFromDS: 'Response time' },
      { unit: 'currencyEUR', decimals: 2, description: 'what it cost' },
      { description: 'not for text', filterable: true },
    ]);
  });

  it('name the values of series with labels', async () => {
    const hints = new Map([['took', hintOf('unit=ms name="Response time"')!]]);
    const sql = `SELECT toDateTime(0) AS t, 'web' AS service, 5 AS took, 1 AS n`;
    const { frame } = await frameOf(sql, 'timeseries', { hints });
    expect(frame.fields.slice(1).map(({ config }) => config)).toEqual([
      { unit: 'ms', displayNameFromDS: 'Response time web' },
      { displayNameFromDS: 'n web' },
    ]);
  });
});
