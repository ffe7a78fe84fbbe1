import fc from 'fast-check';

import { defaultAlerts } from '../../config/config';
import { errorRate } from '../../packs/service/rules/errorRate';
import { latencyP95 } from '../../packs/service/rules/latencyP95';
import { testConfig } from '../../testing/config';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { applyMigration, planMigration } from '../ddl/migrate';
import { inspect } from '../inspect';
import type { Installation } from '../installation';
import { serverWorld } from './kit';
import { completeUntilSql } from './completeness';
import { settingsInForce, settingsOfViews } from './settingsSql';

let engine: TestEngine;
let installed: Installation;

beforeAll(async () => {
  engine = await startEngine();
  await engine.db.command('CREATE DATABASE shop');
  await engine.db.command(
    'CREATE TABLE shop.requests (id UInt64, at DateTime64(3), service String, release String, ms Float64, status UInt16, seen DateTime64(3) DEFAULT now64(3)) ENGINE = ReplacingMergeTree ORDER BY (service, at, id)',
  );
  const columns = { id: 'id', time: 'at', service: 'service', release: 'release', durationMs: 'ms', status: 'status' };
  const requests = {
    table: 'shop.requests',
    sourceClass: 'append',
    columns: { ...columns, ingestedAt: 'seen' },
  } as const;
  installed = await inspect(testConfig({ database: 'tm', roles: { requests } }), engine.db);
  await applyMigration(installed, engine.db, await planMigration(installed, engine.db, 'test'), 'test');
  await engine.db.command('SYSTEM STOP VIEWS');
}, 120_000);
afterAll(() => engine.stop());

const rule = latencyP95;
const other = errorRate;

const subject = fc.constantFrom('', 'api', "o'hara \\ 1", 'Ünï');
const limitName = fc.constantFrom(...rule.limits.map(({ name }) => name));
const value = fc.integer({ min: 0, max: 10_000 }).map((n) => n / 4);
const day = fc.integer({ min: 0, max: 5 }).map((n) => `2026-12-2${n}`);
const unique = <T>(of: fc.Arbitrary<T>, key: (value: T) => string) =>
  fc.uniqueArray(of, { maxLength: 5, selector: key });
const threshold = fc.record({ subject, name: limitName, value });
const isBack = fc.boolean();

const said = fc.record({
  thresholds: unique(threshold, ({ subject: of, name }) => `${name} ${of}`),
  subjects: unique(subject, (of) => of),
  holidays: unique(day, (of) => of),
  edits: fc.array(fc.tuple(threshold, isBack), { maxLength: 6 }),
  subjectEdits: fc.array(fc.tuple(subject, isBack), { maxLength: 6 }),
  holidayEdits: fc.array(fc.tuple(day, isBack), { maxLength: 6 }),
});

test('what stands in the statements is what the views tell: of tidemark.yaml, and edits on top of it', async () => {
  await fc.assert(
    fc.asyncProperty(said, async ({ thresholds, subjects, holidays, edits, subjectEdits, holidayEdits }) => {
      const alerts = {
        ...defaultAlerts,
        thresholds: thresholds.map((t) => ({ rule: rule.name, ...t })),
        subjects: subjects.map((of) => ({ rule: rule.name, subject: of })),
        holidays: holidays.map((of) => ({ day: of, name: 'off' })),
      };
      const installation = { ...installed, alerts: { ...installed.alerts, ...alerts } };
      await fillCatalogues(alerts);
      // Each later than the one before: what was said last counts.
      const numbered = <T>(all: readonly (readonly [T, boolean])[]) =>
        all.map(([row, del], i) => ({ ...row, at: `2026-01-01 00:00:0${i}.000`, del: del ? 1 : 0 }));
      await write('threshold_edits', [
        ...numbered(edits).map((row) => ({ rule: rule.name, ...row })),
        { rule: other.name, subject: '', name: rule.limits[0]?.name, value: 77, at: '2026-01-01 00:00:00.000', del: 0 },
      ]);
      await write(
        'subject_edits',
        numbered(subjectEdits.map(([of, back]) => [{ subject: of }, back] as const)).map((row) => ({
          rule: rule.name,
          ...row,
        })),
      );
      await write(
        'holiday_edits',
        numbered(holidayEdits.map(([of, back]) => [{ day: of, name: 'edited' }, back] as const)),
      );

      const { now } = serverWorld;
      const [inForce, views] = [settingsInForce(installation, now), settingsOfViews(installation, now)];
      const ask = async (sql: { limits: string; holidays: string; expected: string }) => {
        const [row] = await engine.db.query<object>(
          `SELECT mapSort(${sql.limits}) AS limits, arraySort(arrayDistinct(${sql.holidays})) AS holidays, (SELECT arraySort(groupArray(subject)) FROM ${sql.expected}) AS expected`,
        );
        return row;
      };
      const last = <T>(all: readonly (readonly [T, boolean])[], key: (row: T) => string) =>
        new Map(all.map(([row, back]) => [key(row), back ? undefined : row]));
      const oracle = {
        limits: Object.fromEntries([
          ...rule.limits.map(({ name, value: own }) => [`${name} `, own] as const),
          ...thresholds.map((t) => [`${t.name} ${t.subject}`, t.value] as const),
          ...[...last(edits, (t) => `${t.name} ${t.subject}`)].flatMap(([key, row]) =>
            row ? [[key, row.value] as const] : [],
          ),
        ]),
        holidays: union(
          holidays,
          last(holidayEdits, (of) => of),
        ),
        expected: union(
          subjects,
          last(subjectEdits, (of) => of),
        ),
      };
      for (const settings of [inForce, views]) {
        const told = await ask({
          limits: settings.limits(rule),
          holidays: settings.holidays,
          expected: settings.expected(rule),
        });
        expect(told).toEqual(oracle);
      }
    }),
    { numRuns: 40 },
  );
}, 240_000);

test('how far rollups are is asked of the marks or of the view, with the same answer', async () => {
  await engine.db.command('TRUNCATE TABLE tm.done');
  const until = async (rollups: readonly string[]) => {
    const [direct, view] = [
      completeUntilSql(installed, rollups),
      completeUntilSql(installed, rollups, 'tm.completeness'),
    ];
    const [row] = await engine.db.query<{ direct: string; view: string }>(
      `SELECT toString(assumeNotNull(${direct})) AS direct, toString(assumeNotNull(${view})) AS view`,
    );
    expect(row?.direct).toBe(row?.view);
    return row?.direct;
  };
  const never = '1970-01-01 00:00:00.000';
  expect(await until(['request_minute'])).toBe(never);
  await engine.db.command(
    "INSERT INTO tm.done (view, hi, at) SELECT 'request_minute', toDateTime64('2026-05-01 10:00:00', 3, 'UTC') + number, now64(3) FROM numbers(10)",
  );
  expect(await until(['request_minute'])).toBe('2026-05-01 10:00:09.000');
  expect(await until(['request_minute', 'request_day'])).toBe(never);
  await engine.db.command(
    "INSERT INTO tm.done (view, hi, at) SELECT 'request_day', toDateTime64('2026-05-01 09:00:00', 3, 'UTC'), now64(3)",
  );
  expect(await until(['request_minute', 'request_day'])).toBe('2026-05-01 09:00:00.000');
}, 60_000);

/** What is said, and what was edited into it or back out of it. */
function union(own: readonly string[], edited: ReadonlyMap<string, string | undefined>): readonly string[] {
  const kept = [...edited.values()].filter((of) => of !== undefined);
  return [...new Set([...own, ...kept])].sort();
}

async function write(table: string, rows: readonly object[]): Promise<void> {
  await engine.db.command(`TRUNCATE TABLE tm.${table}`);
  if (rows.length > 0) await engine.db.insert(`tm.${table}`, rows);
}

/** As migrate fills them. */
async function fillCatalogues({
  thresholds,
  subjects,
  holidays,
}: {
  readonly thresholds: readonly { rule: string; subject: string; name: string; value: number }[];
  readonly subjects: readonly object[];
  readonly holidays: readonly object[];
}): Promise<void> {
  const set = new Map(thresholds.map((t) => [`${t.name} ${t.subject}`, t]));
  for (const { name, value: own } of rule.limits) {
    const key = `${name} `;
    if (!set.has(key)) set.set(key, { rule: rule.name, subject: '', name, value: own });
  }
  await write('catalog_thresholds', [...set.values()]);
  await write('catalog_subjects', subjects);
  await write('catalog_holidays', holidays);
}
