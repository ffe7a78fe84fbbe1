import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { Types } from 'mysql2';
import { createConnection } from 'mysql2/promise';
import type { RowDataPacket } from 'mysql2/promise';
import { parse } from 'yaml';

import { alertFiles } from '../../src/alerts/files';
import { loadConfig } from '../../src/config/load';
import { settingsOf } from '../../src/dashboards/settings';
import { alertRules } from '../../src/packs/rules';
import { applyMigration, inspect, installedRules, planMigration } from '../../src/schema';
import { watchedPipeline } from '../../src/testing/config';
import { startEngine } from '../../src/testing/engine';
import type { TestEngine } from '../../src/testing/engine';
import { frameProblems } from '../frame';
import type { Frame, FrameColumn } from '../frame';
import { buildGoClients, runGoClients } from '../go/run';
import { startMysqlFront } from '../mysql/front';
import type { MysqlFront } from '../mysql/front';

const root = join(__dirname, '../..');

interface RulesFile {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly uid: string;
      readonly data: readonly { readonly refId: string; readonly model: { readonly rawSql?: string } }[];
    }[];
  }[];
}

let engine: TestEngine;
/** The statements of provisioning/alerting/rules.yaml, three per rule. */
let statements: readonly string[];
let installed: readonly string[];
let front: MysqlFront;

const good: Frame = {
  columns: [
    { name: 'subject', type: 'String', kind: 'string' },
    { name: 'firing', type: 'Int64', kind: 'number' },
  ],
  rows: [['a', 1]],
};

beforeAll(async () => {
  engine = await startEngine();
  const config = loadConfig(join(root, 'demo/product/tidemark.yaml'), { TIDEMARK_URL: engine.url });
  for (const statement of readFileSync(join(root, 'demo/source.sql'), 'utf8').split(/;\s*\n/))
    if (/^CREATE/m.test(statement)) await engine.db.command(statement);
  const told = {
    ...config,
    ...watchedPipeline,
    collect: {
      ...watchedPipeline.collect,
      dbt: [{ name: 'marts', target: 'target', everySeconds: 15, jobs: [] }],
    },
    alerts: {
      ...config.alerts,
      subjects: alertRules.map(({ name }) => ({ rule: name, subject: `O'Brien «${name}»` })),
    },
  };
  const installation = await inspect(told, engine.db);
  const plan = await planMigration(installation, engine.db, 'test');
  await applyMigration(
    installation,
    engine.db,
    plan.filter(({ kind }) => kind !== 'refresh'),
    'test',
  );
  // A subject that fires, so that not every number is 0: 100 of 400 requests failed in each of the last minutes.
  await engine.db.command(
    `INSERT INTO tidemark.done (view, hi) SELECT DISTINCT view, now64(3) FROM (SELECT name AS view FROM tidemark.catalog_rollups)`,
  );
  await engine.db.command(
    `INSERT INTO tidemark.request_minute (m, service, release, endpoint, requests, errors) SELECT toStartOfMinute(now()) - 60 * number, 'api', '2.1', '/', 400, 100 FROM numbers(10)`,
  );
  // Of one rule all subjects are held, of another one of two.
  await engine.db.insert('tidemark.mutes', [
    { rule: 'latency_p95', reason: 'test' },
    { rule: 'throughput_drop', subject: "O'Brien «throughput_drop»", reason: 'test' },
  ]);
  // This engine lacks some tables of a server; rules over them are switched off as a user would.
  installed = installedRules(installation).map(({ name }) => name);
  const off = alertRules.map(({ name }) => name).filter((name) => !installed.includes(name));
  const settings = settingsOf({ ...told, alerts: { ...told.alerts, off } });
  const built = alertFiles(settings).find(({ path }) => path === 'provisioning/alerting/rules.yaml');
  const { groups } = parse(built?.content ?? '') as RulesFile;
  statements = groups.flatMap(({ rules }) =>
    rules.flatMap(({ data }) => data.flatMap(({ model }) => (model.rawSql === undefined ? [] : [model.rawSql]))),
  );
  front = await startMysqlFront(engine.url);
  await buildGoClients();
}, 120_000);
afterAll(async () => {
  await front.stop();
  await engine.stop();
});

/**
 * What every client has to bring, for every rule: the frame that Grafana makes labelled numbers of, with the subject that is expected;
 * and the numbers of a rule whose numbers are known. Those of most others move with the clock.
 */
function expectFrames(frames: readonly Frame[]): void {
  expect(statements.length).toBe(3 * installed.length);
  expect(installed.length).toBeGreaterThan(0.8 * alertRules.length);
  expect(frames.length).toBe(statements.length);
  frames.forEach((frame, i) => {
    const statement = statements[i] ?? '';
    expect([statement, frameProblems(frame)]).toEqual([statement, []]);
    const [, ref = '', rule = ''] = / AS (\w+) FROM `tidemark`.`alert_(\w+)` /.exec(statement) ?? [];
    expect(frame.columns[1]?.name).toBe(ref);
    const told = frame.rows.map(([subject, number]) => [String(subject), Number(number)]).sort();
    if (rule === 'latency_p95') return expect([ref, told]).toEqual([ref, [['-', 0]]]);
    const subjects = told.map(([subject]) => subject);
    if (rule === 'throughput_drop') {
      expect(told).toContainEqual(['-', 0]);
      expect(subjects).not.toContain(`O'Brien «${rule}»`);
      return;
    }
    expect(subjects).toContain(`O'Brien «${rule}»`);
    if (rule !== 'error_rate') return;
    const numbers = { firing: [0, 1], value: [0, 0.25], threshold: [0, 0.02] }[ref] ?? [];
    expect([ref, told]).toEqual([
      ref,
      [
        ["O'Brien «error_rate»", numbers[0]],
        ['api 2.1', numbers[1]],
      ],
    ]);
  });
}

test('through @clickhouse/client', async () => {
  const client = createClient({ url: engine.url, log: { level: ClickHouseLogLevel.OFF } });
  const kinds = (type: string): FrameColumn['kind'] =>
    type === 'String'
      ? 'string'
      : /^(U?Int|Float)\d+$/.test(type)
        ? 'number'
        : type.startsWith('Date')
          ? 'time'
          : 'other';
  const frames: Frame[] = [];
  for (const query of statements) {
    const { meta = [], data } = await (await client.query({ query, format: 'JSONCompact' })).json<unknown[]>();
    frames.push({ columns: meta.map(({ name, type }) => ({ name, type, kind: kinds(type) })), rows: data });
  }
  await client.close();
  expectFrames(frames);
});

test('through clickhouse-go over HTTP, as Grafana’s official ClickHouse data source', async () => {
  const address = new URL(engine.url).host;
  const { frames = [] } = await runGoClients({
    ask: { driver: 'clickhouse', address, database: 'tidemark', statements },
  });
  expectFrames(frames);
  expect(frames[0]?.columns).toEqual([
    { name: 'subject', type: 'String', kind: 'string' },
    { name: 'firing', type: 'Int64', kind: 'number' },
  ]);
});

test('through go-sql-driver over MySQL’s protocol, as Grafana’s MySQL data source', async () => {
  const address = `127.0.0.1:${front.port}`;
  const { frames = [] } = await runGoClients({
    ask: { driver: 'mysql', address, user: 'tidemark_alerts', database: 'tidemark', statements },
  });
  expectFrames(frames);
  expect(frames[0]?.columns.map(({ type }) => type)).toEqual(['CHAR', 'BIGINT']);
});

test('through mysql2 over MySQL’s protocol', async () => {
  const connection = await createConnection({ host: '127.0.0.1', port: front.port, user: 'tidemark_alerts' });
  const kinds: Readonly<Record<number, FrameColumn['kind']>> = {
    [Types.STRING]: 'string',
    [Types.LONGLONG]: 'number',
    [Types.DOUBLE]: 'number',
  };
  const frames: Frame[] = [];
  for (const sql of statements) {
    const [rows, fields] = await connection.query<RowDataPacket[][]>({ sql, rowsAsArray: true });
    const columns = fields.map(({ name, columnType = -1 }) => ({
      name,
      type: String(columnType),
      kind: kinds[columnType] ?? ('other' as const),
    }));
    frames.push({ columns, rows });
  }
  await connection.end();
  expectFrames(frames);
});

test('a statement that fails is told by every client', async () => {
  const statements = ['SELECT subject, nosuch FROM `tidemark`.`alert_error_rate`'];
  const http = new URL(engine.url).host;
  const said = /Unknown expression.*nosuch/;
  await expect(
    runGoClients({ ask: { driver: 'clickhouse', address: http, database: 'tidemark', statements } }),
  ).rejects.toThrow(said);
  const address = `127.0.0.1:${front.port}`;
  await expect(runGoClients({ ask: { driver: 'mysql', address, database: 'tidemark', statements } })).rejects.toThrow(
    said,
  );
});

test.each<[string, Frame, string]>([
  [
    'a time',
    { columns: [...good.columns, { name: 'at', type: 'DateTime', kind: 'time' }], rows: good.rows },
    'column at of type DateTime',
  ],
  [
    'two numbers',
    { columns: [...good.columns, { name: 'n', type: 'Int64', kind: 'number' }], rows: good.rows },
    '2 numeric columns',
  ],
  ['no rows', { columns: good.columns, rows: [] }, 'no rows'],
  ['NULL', { columns: good.columns, rows: [['a', null]] }, 'no number in ["a",null]'],
  [
    'twins',
    {
      columns: good.columns,
      rows: [
        ['a', 1],
        ['a', 1],
      ],
    },
    'two rows of the same labels',
  ],
  [
    'a text that changes',
    { columns: [...good.columns, { name: 'detail', type: 'String', kind: 'string' }], rows: [['a', 1, 'x']] },
    'labels subject, detail',
  ],
  [
    'a reserved name',
    { columns: [{ name: 'rule', type: 'String', kind: 'string' }], rows: [['a']] },
    'column rule is a label',
  ],
  ['an empty label', { columns: good.columns, rows: [['', 1]] }, 'an empty label'],
])('the check refuses %s', (_, frame, problem) => {
  expect(frameProblems(frame)).toContain(problem);
});
