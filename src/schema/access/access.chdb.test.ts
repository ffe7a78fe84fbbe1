import { parseConfig } from '../../config/parse';
import { literal } from '../../core/sql/quote';
import type { Outcome } from '../../testing/rights';
import { asUser, runWithUsers } from '../../testing/rights';
import { accessParts, accessPlan, readerXml } from '.';
import type { AccessPlan } from '.';
import { adminGrants, alertGrants, collectGrants } from './grants';
import { alertLimits, readLimits } from './limits';
import { alertsPasswordVariable, readerPasswordVariable } from './usersXml';

const yaml = (database: string) => `
version: 1
connection: { url: 'http://127.0.0.1:8123', database: ${JSON.stringify(database)} }
roles:
  events:
    table: app.events
    class: append
    dimensions: { tenant: tenant, city: props.city }
    columns: { id: id, time: at, event: name, user: uid, ingestedAt: seen }
`;
const planOf = (database: string, options = {}): AccessPlan =>
  accessPlan(parseConfig(yaml(database), { file: 'tidemark.yaml', env: {} }), options);
const statementsOf = (plan: AccessPlan) => accessParts(plan).flatMap((part) => part.statements.map((s) => s.sql));

describe('the statements', () => {
  const plans = [
    planOf('tidemark'),
    planOf('tidemark', { cluster: "prod's `1`", tenantColumn: 'tenant' }),
    planOf('ti`de\\mark', { tenantColumn: 'tenant' }),
  ];
  const errors = (statements: readonly string[]) =>
    runWithUsers([], statements).map((o) =>
      'error' in o ? (/\(([A-Z_]+)\)\s*$/.exec(o.error)?.[1] ?? o.error) : 'none',
    );

  test('parse', () => {
    const statements = plans.flatMap(statementsOf);
    const failed = errors(statements.map((sql) => `EXPLAIN AST ${sql}`));
    expect(statements.filter((_, i) => failed[i] !== 'none')).toEqual([]);
    expect(statements.length).toBeGreaterThan(80);
  });

  test('broken ones do not: the check can fail', () => {
    const broken = [
      'GRANT SELEC ON a.* TO b',
      'ALTER QUOTA q FOR INTERVAL 1 hour MAX qeries = 1',
      'CREATE ROLE r ON CLUSTER',
    ];
    expect(errors(broken.map((sql) => `EXPLAIN AST ${sql}`))).toEqual(['SYNTAX_ERROR', 'SYNTAX_ERROR', 'SYNTAX_ERROR']);
  });

  test('fail when run for want of a storage for users, and for nothing else', () => {
    const codes = errors(statementsOf(planOf('tidemark', { tenantColumn: 'tenant' })));
    // Nothing can be created here, so what refers to it finds nothing.
    expect([...new Set(codes)].sort()).toEqual([
      'ACCESS_STORAGE_FOR_INSERTION_NOT_FOUND',
      'THERE_IS_NO_PROFILE',
      'UNKNOWN_ROLE',
    ]);
  });

  test('every setting exists and takes its value', () => {
    const limits = [...readLimits(planOf('tidemark')), ...alertLimits].filter(({ name }) => name !== 'readonly');
    const asked = limits.flatMap(({ name, value }) => [
      `SET ${name} = ${literal(value)}`,
      // With the query cache on, a question for a setting is refused but for this.
      `SELECT getSetting(${literal(name)}) SETTINGS query_cache_nondeterministic_function_handling = 'ignore'`,
      `SET ${name} = DEFAULT`,
    ]);
    const outcomes = runWithUsers([], asked);
    expect(outcomes.filter((o) => 'error' in o)).toEqual([]);
    const told = outcomes.filter((_, i) => i % 3 === 1);
    const shown = (value: string | number) => [String(value), value === 1 ? 'true' : value === 0 ? 'false' : ''];
    limits.forEach(({ name, value }, i) => {
      const [row = ''] = (told[i] && 'rows' in told[i] && told[i].rows) || [];
      expect([name, shown(value)]).toEqual([name, expect.arrayContaining([row])]);
    });
  });
});

describe('the rights, given to users in files', () => {
  const plan = planOf('tidemark');
  const tenants = planOf('tidemark', { tenantColumn: 'tenant' });
  const user = (name: string, grants: readonly string[], extra = '') =>
    `<${name}><password></password><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota>${extra}<grants>${grants.map((g) => `<query>GRANT ${g}</query>`).join('')}</grants></${name}>`;
  const filter = (using: string) => `<databases><app><events><filter>${using}</filter></events></app></databases>`;
  const everything = ['SELECT ON *.*'];
  const others = `<clickhouse><users>
    ${user('alerts', alertGrants(plan))}${user('collector', collectGrants(plan))}${user('admin', adminGrants(plan))}
    </users></clickhouse>`;
  const policies = `<clickhouse><users>
    ${user('one', everything, filter("tenant = 'a'"))}${user('forgotten', everything, filter('0'))}${user('refresher', everything)}
    </users></clickhouse>`;
  const withOne = `<clickhouse><users>${user('refresher', everything, filter('1'))}</users></clickhouse>`;

  const made = [
    'CREATE DATABASE app',
    'CREATE DATABASE tidemark',
    `CREATE TABLE app.events (id UInt64, at DateTime, name String, uid UInt64, seen DateTime64(3), tenant String, email String, props Map(String, String))
     ENGINE = ReplacingMergeTree(seen) ORDER BY id`,
    "INSERT INTO app.events VALUES (1, '2026-01-01', 'signup', 7, 1, 'a', 'x@example.org', map('city', 'Rome')), (2, '2026-01-01', 'buy', 7, 1, 'b', '', map())",
    'CREATE TABLE tidemark.event_day (d Date, event String, n UInt64) ENGINE = MergeTree ORDER BY d',
    'CREATE TABLE tidemark.health_parts (name String, parts UInt64) ENGINE = MergeTree ORDER BY name',
    'CREATE VIEW tidemark.alert_a DEFINER = CURRENT_USER SQL SECURITY DEFINER AS SELECT count() AS k FROM app.events',
    'CREATE VIEW tidemark.alert_as_asker AS SELECT count() AS k FROM app.events',
    'CREATE VIEW tidemark.rollup_status DEFINER = CURRENT_USER SQL SECURITY DEFINER AS SELECT count() AS k FROM tidemark.event_day',
  ];
  /** What the last of the statements gives. */
  const last = (files: readonly string[], statements: readonly string[]): Outcome => {
    const outcomes = runWithUsers(files, [...made, ...statements], {
      [readerPasswordVariable]: 'secret',
      [alertsPasswordVariable]: 'other',
    });
    outcomes.slice(0, -1).forEach((outcome) => expect(outcome).not.toHaveProperty('error'));
    return outcomes.at(-1) ?? { error: 'nothing was run' };
  };
  const seenBy = (name: string, select: string, files = [readerXml(plan), others]) => last(files, asUser(name, select));
  const denied = { error: expect.stringContaining('ACCESS_DENIED') as string };

  test.each([
    ['SELECT n FROM tidemark.event_day', []],
    ["SELECT name, tenant, props['city'] AS city FROM app.events FINAL ORDER BY id LIMIT 1", ['signup\ta\tRome']],
    // The form in which raw rows are read where the engine does not collapse versions.
    ['SELECT name FROM (SELECT * FROM app.events ORDER BY seen DESC LIMIT 1 BY id) ORDER BY name', ['buy', 'signup']],
    ["SELECT count() AS k FROM system.columns WHERE database = 'app'", ['7']],
    ["SELECT query_id != '' AS own, query != '' AS text FROM system.processes WHERE user != '' LIMIT 1", ['1\t1']],
    ["SELECT value FROM system.settings WHERE name IN ('readonly', 'max_execution_time') ORDER BY name", ['29', '1']],
    ['SELECT count() AS k FROM system.view_refreshes', ['0']],
    ['SELECT now() > 0 AS a, k FROM tidemark.rollup_status', ['1\t0']],
  ])('dashboards may: %s', (select, rows) => {
    expect(seenBy('grafana', select)).toEqual({ rows });
  });

  test.each(['SELECT email FROM app.events', 'SELECT * FROM app.events'])('dashboards may not: %s', (select) => {
    expect(seenBy('grafana', select)).toEqual(denied);
  });

  test('alerts may read alert views and the state, and nothing below', () => {
    expect(seenBy('alerts', 'SELECT k FROM tidemark.alert_a')).toEqual({ rows: ['2'] });
    expect(seenBy('alerts', 'SELECT k FROM tidemark.rollup_status')).toEqual({ rows: ['0'] });
    expect(seenBy('alerts', 'SELECT n FROM tidemark.event_day')).toEqual(denied);
    expect(seenBy('alerts', 'SELECT name FROM app.events')).toEqual(denied);
  });

  test('the printed file has the user of the alert rules, who may send a time limit, and no more than the profile has', () => {
    const asks = (select: string) => seenBy('tidemark_alerts', select);
    expect(asks('SELECT k FROM tidemark.alert_a')).toEqual({ rows: ['2'] });
    const settings =
      "SELECT value, max FROM system.settings WHERE name IN ('readonly', 'max_execution_time') ORDER BY name";
    expect(asks(settings)).toEqual({ rows: ['20\t60', '2\t\\N'] });
    expect(asks('SELECT name FROM app.events')).toEqual(denied);
  });

  test('a view that runs with the rights of who asks is no use to alerts: hence SQL SECURITY DEFINER', () => {
    expect(seenBy('alerts', 'SELECT k FROM tidemark.alert_as_asker')).toEqual(denied);
  });

  test('the collector sees the parts of every table, writes health tables, and reads no table of yours', () => {
    const parts = "SELECT table AS name, count() AS parts FROM system.parts WHERE database = 'app' GROUP BY table";
    expect(seenBy('collector', parts)).toEqual({ rows: ['events\t1'] });
    expect(seenBy('collector', 'SELECT name FROM app.events')).toEqual(denied);
    const view = (target: string) => [
      `CREATE MATERIALIZED VIEW tidemark.v REFRESH EVERY 1 YEAR APPEND TO tidemark.${target} DEFINER = collector SQL SECURITY DEFINER AS ${parts}`,
      'SYSTEM WAIT VIEW tidemark.v',
    ];
    expect(last([others], [...view('health_parts'), 'SELECT * FROM tidemark.health_parts'])).toEqual({
      rows: ['events\t1'],
    });
    const elsewhere = 'CREATE TABLE tidemark.other AS tidemark.health_parts';
    expect(last([others], [elsewhere, ...view('other')])).toEqual(denied);
  });

  test('refreshes that run with the rights of migrate’s user read sources and write rollups', () => {
    const view = `CREATE MATERIALIZED VIEW tidemark.v REFRESH EVERY 1 YEAR APPEND TO tidemark.event_day DEFINER = admin SQL SECURITY DEFINER AS
      SELECT toDate(at) AS d, name AS event, count() AS n FROM app.events FINAL WHERE email != '-' AND (SELECT count() FROM system.view_refreshes) >= 0 GROUP BY d, event`;
    const rows = ['buy\t1', 'signup\t1'];
    expect(
      last([others], [view, 'SYSTEM WAIT VIEW tidemark.v', 'SELECT event, n FROM tidemark.event_day ORDER BY event']),
    ).toEqual({ rows });
    // The catalogue is written by format(), which needs a right that CREATE TABLE brings along.
    expect(seenBy('admin', "SELECT * FROM format(JSONEachRow, 'a UInt8', '{\"a\":1}')")).toEqual({ rows: ['1'] });
  });

  test('policies: a tenant sees its rows, one with USING 0 none, and USING 1 gives the refreshes all', () => {
    const count = 'SELECT count() AS k FROM app.events';
    const files = [readerXml(tenants), policies];
    expect(seenBy('one', count, files)).toEqual({ rows: ['1'] });
    expect(seenBy('forgotten', count, files)).toEqual({ rows: ['0'] });
    expect(seenBy('refresher', count, [...files, withOne])).toEqual({ rows: ['2'] });
  });

  test('a tenant whose policy was forgotten sees every row (as servers are set by default): hence USING 0', () => {
    const files = [readerXml(tenants), policies];
    expect(seenBy('refresher', 'SELECT count() AS k FROM app.events', files)).toEqual({ rows: ['2'] });
  });

  test('a row that moved to another tenant is no longer seen by the former one', () => {
    const moved = "INSERT INTO app.events VALUES (1, '2026-01-01', 'signup', 7, 2, 'b', '', map())";
    const files = [policies];
    expect(last(files, [moved, ...asUser('one', 'SELECT count() AS k FROM app.events FINAL')])).toEqual({
      rows: ['0'],
    });
  });
});
