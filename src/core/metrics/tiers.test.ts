import { catalogue, nowMs, question, requestDay, requestQuarter } from '../../testing/planner/catalogue';
import type { Question, RollupSpec, SourceSpec } from '.';
import { planQuestion } from '.';

const day = (n: number) => Date.UTC(2026, 2, n);
const requestMinute: RollupSpec = { ...requestDay, name: 'request_minute', table: 'tm.request_minute', grain: 60 };
const tiers: readonly RollupSpec[] = [
  requestDay,
  { ...requestQuarter, lifeDays: 5 },
  { ...requestMinute, lifeDays: 2 },
];
const plan = (own: Partial<Question>, rollups = tiers, source: Partial<SourceSpec> = {}) =>
  planQuestion(question(own), catalogue(rollups, source), nowMs);
const minute = { count: 1, unit: 'minute' } as const;
const hour = { count: 1, unit: 'hour' } as const;

test('each tier answers what the coarser ones leave of the range, raw rows the odd minutes', () => {
  const fromMs = day(9) + 3 * 3_600_000 + 67_123;
  expect(plan({ fromMs, interval: 'all' }).parts).toEqual([
    { from: 'raw', fromMs, toMs: day(9) + 3 * 3_600_000 + 120_000 },
    { from: 'request_minute', fromMs: day(9) + 3 * 3_600_000 + 120_000, toMs: day(9) + 3.25 * 3_600_000 },
    { from: 'request_15m', fromMs: day(9) + 3.25 * 3_600_000, toMs: day(10) },
    { from: 'request_day', fromMs: day(10), toMs: day(11) },
  ]);
});

test('a tier answers from the first whole day of its life on, older buckets are read from the next or raw', () => {
  const minutes = plan({ fromMs: day(4), toMs: day(10), interval: minute });
  expect(minutes.parts).toEqual([
    { from: 'raw', fromMs: day(4), toMs: day(9) },
    { from: 'request_minute', fromMs: day(9), toMs: day(10) },
  ]);
  expect(minutes.notices.map((n) => n.message)).toEqual([
    'The range begins or ends inside a bucket of request_minute, or before its life: the rest is read from raw rows.',
  ]);
  const before = plan({ fromMs: day(4), toMs: day(6), interval: minute });
  expect(before.chosen).toBe('raw');
  expect(before.reasons.find((r) => r.rollup === 'request_minute')).toEqual({
    rollup: 'request_minute',
    code: 'too_old',
    message: 'request_minute is kept for 2 days, and the part of the range that it could answer lies before.',
  });
  expect(plan({ fromMs: day(7), toMs: day(9), interval: hour }).parts.map((p) => p.from)).toEqual(['request_15m']);
});

test('the days of a life are those of the reporting zone, counted from the clock or a watermark ahead of it', () => {
  const berlin = { ...catalogue(tiers), timezone: 'Europe/Berlin' };
  const asked = question({ fromMs: day(7), toMs: day(10), interval: minute });
  const first = (nowAt: number, rollups = berlin.rollups) =>
    planQuestion(asked, { ...berlin, rollups }, nowAt).parts.find((p) => p.from === 'request_minute')?.fromMs;
  // 23:30 UTC is the next day there.
  expect(first(day(8) + 23.5 * 3_600_000)).toBe(day(8) + 23 * 3_600_000);
  const ahead = tiers.map((r) => ({ ...r, watermarkMs: day(10) }));
  expect(first(day(8), ahead)).toBe(day(8) + 23 * 3_600_000);
});

const late = { step: 'late_requests', queue: 'tm.late', recounts: 'tm.recounts', done: 'tm.done' };

test('a touched bucket is read from the finer tier, and raw only where that is touched too', () => {
  const { sql } = plan({ fromMs: day(8), toMs: day(11), interval: 'all' }, tiers.slice(0, 2));
  expect(sql).toContain(`WITH
  (SELECT groupUniqArray(b) FROM (SELECT DISTINCT toDate(\`at\`, 'UTC') AS b FROM \`shop\`.\`requests\` WHERE \`ingested\` > toDateTime64('2026-03-10 12:00:00.000', 3, 'UTC') AND \`at\` >= toDateTime64('2026-03-08 00:00:00.000', 3, 'UTC') AND \`at\` < toDateTime64('2026-03-11 00:00:00.000', 3, 'UTC'))) AS tm_touched_0,
  (SELECT groupUniqArray(b) FROM (SELECT DISTINCT toDateTime(intDiv(toUnixTimestamp(\`at\`), 900) * 900, 'UTC') AS b FROM`);
  expect(sql).toContain(`  FROM \`tm\`.\`request_day\` FINAL
  WHERE d >= toDate('2026-03-08') AND d < toDate('2026-03-11') AND d NOT IN (SELECT arrayJoin(tm_touched_0))
`);
  expect(sql).toContain(`  FROM \`tm\`.\`request_15m\` FINAL
  WHERE m >= toDateTime('2026-03-08 00:00:00', 'UTC') AND m < toDateTime('2026-03-11 00:00:00', 'UTC') AND m >= toDateTime64(arrayMin(tm_touched_0), 0, 'UTC') AND m < toDateTime64(addDays(least(arrayMax(tm_touched_0), toDate('2149-01-01')), 1), 0, 'UTC') AND toDate(m, 'UTC') IN (SELECT arrayJoin(tm_touched_0)) AND m NOT IN (SELECT arrayJoin(tm_touched_1))
`);
  expect(sql).toContain(
    "toDate(identity(`at`), 'UTC') IN (SELECT arrayJoin(tm_touched_0)) AND `at` >= toDateTime64(arrayMin(tm_touched_1), 0, 'UTC') AND `at` < toDateTime64(arrayMax(tm_touched_1) + 900, 0, 'UTC') AND toDateTime(intDiv(toUnixTimestamp(identity(`at`)), 900) * 900, 'UTC') IN (SELECT arrayJoin(tm_touched_1)) AND NOT 0",
  );
});

test('where the finer tier did not live yet, its touched buckets are not asked for', () => {
  const { sql } = plan({ fromMs: day(1), toMs: day(11), interval: 'all' }, tiers.slice(0, 2));
  expect(sql).toContain(
    "m >= toDateTime('2026-03-06 00:00:00', 'UTC') AND m < toDateTime('2026-03-11 00:00:00', 'UTC')",
  );
  expect(sql).toContain(
    "(`at` < toDateTime64('2026-03-06 00:00:00.000', 3, 'UTC') OR toDateTime(intDiv(toUnixTimestamp(identity(`at`)), 900) * 900, 'UTC') IN (SELECT arrayJoin(tm_touched_1)))",
  );
});

test('an hour tier does not fill the days of a zone off the full hour', () => {
  const hours = { ...requestQuarter, name: 'request_1h', grain: 3600 };
  const kathmandu = { ...requestDay, timezone: 'Asia/Kathmandu' };
  const asked = { timezone: 'Asia/Kathmandu', fromMs: day(1) - 5.75 * 3_600_000, toMs: day(5) - 5.75 * 3_600_000 };
  expect(plan(asked, [kathmandu, hours]).sql).not.toContain('request_1h');
  expect(plan(asked, [kathmandu, requestQuarter]).sql).toContain('request_15m');
});

test('late days that wait to be recounted are touched, in the buckets of the tier and of its zone', () => {
  const queued =
    "SELECT d FROM (SELECT d, at AS tm_queued, toDateTime64(0, 3) AS tm_counted FROM `tm`.`late` WHERE role = 'requests' AND sealed = 0 UNION ALL SELECT d, toDateTime64(0, 3), at FROM `tm`.`recounts` WHERE role = 'requests' AND (at < (SELECT max(at) FROM `tm`.`recounts` WHERE role = 'requests' AND why != 'asked') OR why = 'asked')) GROUP BY d HAVING max(tm_queued) > toDateTime64(0, 3) AND max(tm_queued) >= max(tm_counted)";
  const inRange = "WHERE d >= toDate('2026-02-28') AND d <= toDate('2026-03-12')";
  const days = plan({ interval: 'all' }, [requestDay], { late }).sql;
  expect(days).toContain(
    `UNION DISTINCT SELECT DISTINCT d AS b FROM (SELECT d FROM (${queued}) ${inRange}))) AS tm_touched_0`,
  );
  const quarters = plan({ interval: hour }, [requestQuarter], { late }).sql;
  expect(quarters).toContain(
    "SELECT DISTINCT arrayJoin(arrayMap(tm_i -> toDateTime(tm_i * 900, 'UTC'), range(intDiv(toUnixTimestamp(toDateTime(d, 'UTC')), 900), intDiv(toUnixTimestamp(toDateTime(addDays(d, 1), 'UTC')) + 899, 900)))) AS b",
  );
  const zone = { ...requestDay, timezone: 'Asia/Kathmandu' };
  expect(plan({ interval: 'all' }, [zone], { late }).sql).toContain(
    "arrayJoin([toDate(toDateTime(d, 'UTC'), 'Asia/Kathmandu'), toDate(toDateTime(addDays(d, 1), 'UTC') - 1, 'Asia/Kathmandu')]) AS b",
  );
});

test('of equal tiers in two zones the one on whose days the range lies is taken', () => {
  const kathmandu = { ...requestDay, name: 'request_day__asia_kathmandu', timezone: 'Asia/Kathmandu' };
  const range = { fromMs: day(1) - 5.75 * 3_600_000, toMs: day(5) - 5.75 * 3_600_000, interval: 'all' } as const;
  expect(plan({ ...range, timezone: 'Asia/Kathmandu' }, [requestDay, kathmandu]).parts).toEqual([
    { from: 'request_day__asia_kathmandu', fromMs: range.fromMs, toMs: range.toMs },
  ]);
  expect(plan({ interval: 'all' }, [kathmandu, requestDay]).chosen).toBe('request_day');
});

test('days that the source has no more are not read raw for rows beyond the watermark, and a notice says what is missing', () => {
  const kept = { keepsDays: 5, only: '`kind` = 1' };
  const asked = plan({ interval: 'all', fromMs: day(1) + 1000 }, [requestDay], kept);
  expect(asked.sql).toContain(
    "`ingested` > toDateTime64('2026-03-10 12:00:00.000', 3, 'UTC') AND (`kind` = 1) AND `at` >= toDateTime64('2026-03-06 00:00:00.000', 3, 'UTC')",
  );
  expect(asked.sql).toContain('AND NOT 0 AND (`kind` = 1)');
  expect(asked.notices.map((n) => [n.code, n.message])).toContainEqual([
    'source_gone',
    'The source has its rows since 2026-03-06 only: what is read raw of former days is missing.',
  ]);
  expect(plan({ interval: 'all' }, [requestDay], kept).notices).toEqual([]);
});
