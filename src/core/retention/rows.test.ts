import { TidemarkError } from '../errors';
import type { RetentionInput, RetentionRelation, RetentionSpec } from '.';
import { checkRetention, picked, retentionRows } from '.';

const spec: RetentionSpec = {
  name: 'weekly',
  title: 'Weekly',
  mode: 'first-time',
  interval: 'week',
  windows: 'calendar',
  by: 'user',
  periods: 8,
};
const days: RetentionRelation = { from: '`tm`.`user_day` FINAL', entity: 'user', day: 'd', dimensions: {} };
const steps: RetentionRelation = {
  from: '`tm`.`step_day` FINAL',
  entity: 'user',
  day: 'd',
  at: 'at',
  event: 'event',
  dimensions: { plan: '`plan`' },
};
const input = (start: RetentionRelation, back = start): RetentionInput => ({
  start: picked(start, spec.start, spec.name),
  back: picked(back, spec.back, spec.name),
  weekStart: 'monday',
  cohorts: { first: '2900', last: '2912' },
});

const refused = (work: () => unknown): string => {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof TidemarkError) return `${thrown.code}: ${thrown.message}`;
  }
  return 'not refused';
};

test('first-time retention over days reads one relation once, starts from the beginning of the history', () => {
  expect(retentionRows(spec, input(days))).toMatchInlineSnapshot(`
   "SELECT toDate(toInt32(least(greatest((tm_c + tm_cell.1) * 7 - 3, 0), 65535))) AS d, toDate(toInt32(least(greatest((tm_c) * 7 - 3, 0), 65535))) AS cohort, '' AS grp, toUInt16(tm_cell.2) AS gap, count() AS users
   FROM (
     SELECT tm_start AS tm_c, '' AS tm_grp, arrayJoin(arrayZip(arrayPushFront(arrayCompact(arrayFilter(tm_k -> tm_k BETWEEN 1 AND 8, arrayMap(tm_b -> toInt32(tm_b - tm_start), tm_backs))), toInt32(0)) AS tm_ks, arrayDifference(tm_ks))) AS tm_cell
     FROM (SELECT [minIf(tm_i, tm_start)] AS tm_starts, arraySort(groupUniqArrayIf(tm_i, tm_back)) AS tm_backs
     FROM (SELECT user AS tm_entity, toInt32(intDiv(toInt32(d) + 3, 7)) AS tm_i, toUInt8(d < toDate(toInt32(least(greatest((2912 + 1) * 7 - 3, 0), 65535)))) AS tm_start, toUInt8(d >= toDate(toInt32(least(greatest((2900) * 7 - 3, 0), 65535))) AND d < toDate(toInt32(least(greatest((2912 + 9) * 7 - 3, 0), 65535)))) AS tm_back FROM \`tm\`.\`user_day\` FINAL WHERE d < toDate(toInt32(least(greatest((2912 + 9) * 7 - 3, 0), 65535))))
     GROUP BY tm_entity HAVING max(tm_start))
     ARRAY JOIN tm_starts AS tm_start
     WHERE tm_c >= 2900 AND tm_c <= 2912
   )
   GROUP BY tm_c, tm_cell.1, tm_cell.2"
  `);
});

test('a value in a pick is a literal, whatever it holds', () => {
  const start = picked(steps, { event: "it's \\ `x`", where: { plan: ["p'", 'q'] } }, 'weekly');
  expect(start.condition).toBe("event = 'it\\'s \\\\ `x`' AND `plan` IN ('p\\'', 'q')");
});

test.each([
  [
    'months that roll',
    () => checkRetention({ ...spec, interval: 'month', windows: 'rolling' }),
    'retention_months_roll: Retention weekly: months have no fixed length, so they cannot roll. Ask for days or weeks, or for calendar months.',
  ],
  [
    'no intervals',
    () => checkRetention({ ...spec, periods: 0 }),
    'retention_bad_periods: Retention weekly: 0 is no number of intervals to follow. Write a whole number from 1 to 400.',
  ],
  [
    'an event of rows that are days',
    () => picked(days, { event: 'signup' }, 'weekly'),
    'retention_needs_moments: Retention weekly: the event "signup" needs rows with moments, and these know only days. Name the start and the return event, or ask the events themselves.',
  ],
  [
    'rolling windows over days',
    () => retentionRows({ ...spec, windows: 'rolling' }, input(days)),
    'retention_needs_moments: Retention weekly: a rolling window needs rows with moments, and these know only days. Name the start and the return event, or ask the events themselves.',
  ],
  [
    'a breakdown over days',
    () => retentionRows({ ...spec, breakdown: 'plan' }, input(days)),
    'retention_needs_moments: Retention weekly: a breakdown by the value at the start needs rows with moments, and these know only days. Name the start and the return event, or ask the events themselves.',
  ],
  [
    'an unknown dimension',
    () => retentionRows({ ...spec, breakdown: 'country' }, input(steps)),
    'retention_no_dimension: Retention weekly: its rows have no dimension "country". Accepted here: plan.',
  ],
])('refuses %s in a sentence', (_, work, sentence) => {
  expect(refused(work)).toBe(sentence);
});
