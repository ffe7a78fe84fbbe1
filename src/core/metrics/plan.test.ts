import type { RollupSpec, SourceSpec } from './catalogue';
import type { Question } from './question';
import type { ReasonCode } from './reasons';
import { reasonCodes } from './reasons';
import { planQuestion } from './plan';
import {
  catalogue,
  callerDay,
  nowMs,
  question,
  requestDay,
  requestQuarter,
  activeDay,
  mrrDay,
} from '../../testing/planner/catalogue';

const hour = 3_600_000;

/** Code and sentence for one rollup, or undefined where it was not passed over. */
function reasonFor(
  name: string,
  own: Partial<Question>,
  rollups: readonly RollupSpec[],
  source: Partial<SourceSpec> = {},
): readonly [string, string] | undefined {
  const { reasons } = planQuestion(question(own), catalogue(rollups, source), nowMs);
  const found = reasons.find((r) => r.rollup === name);
  return found && [found.code, found.message];
}

const cases: readonly {
  readonly code: ReasonCode;
  readonly rollup: string;
  readonly own: Partial<Question>;
  readonly rollups: readonly RollupSpec[];
  readonly says: string;
}[] = [
  {
    code: 'measure_missing',
    rollup: 'caller_day',
    own: { metric: 'error_rate' },
    rollups: [callerDay],
    says: 'caller_day does not keep failed.',
  },
  {
    code: 'measure_missing',
    rollup: 'request_day',
    own: { metric: 'callers' },
    rollups: [requestDay],
    says: 'request_day does not keep user.',
  },
  {
    code: 'measure_missing',
    rollup: 'request_day',
    own: {},
    rollups: [{ ...requestDay, measures: [{ column: 'n', type: 'UInt64', row: '2' }] }],
    says: 'request_day does not keep n.',
  },
  {
    code: 'measure_missing',
    rollup: 'active_day',
    own: { metric: 'daily_callers' },
    rollups: [{ ...activeDay, windows: { dau: 7 } }],
    says: 'active_day does not keep dau.',
  },
  {
    code: 'rows_differ',
    rollup: 'request_day',
    own: {},
    rollups: [{ ...requestDay, where: '`status` < 500' }],
    says: 'request_day counts other rows than requests (its filter or its NULL rules differ).',
  },
  {
    code: 'rows_differ',
    rollup: 'request_day',
    own: {},
    rollups: [{ ...requestDay, present: ['user'] }],
    says: 'request_day counts other rows than requests (its filter or its NULL rules differ).',
  },
  {
    code: 'dimension_missing',
    rollup: 'request_day',
    own: { by: ['service'] },
    rollups: [{ ...requestDay, keys: [] }],
    says: 'request_day is not kept by service.',
  },
  {
    code: 'dimension_missing',
    rollup: 'request_day',
    own: { where: [{ dimension: 'service', operator: '=', values: ['a'] }] },
    rollups: [{ ...requestDay, keys: [] }],
    says: 'request_day is not kept by service.',
  },
  {
    code: 'values_capped',
    rollup: 'request_day',
    own: { by: ['service'] },
    rollups: [{ ...requestDay, keys: requestDay.keys.map((k) => ({ ...k, capped: true })) }],
    says: 'request_day keeps only the most frequent values of service apart, all others are (other) there.',
  },
  {
    code: 'too_old',
    rollup: 'request_15m',
    own: { interval: { count: 1, unit: 'hour' }, toMs: Date.UTC(2026, 2, 5) },
    rollups: [{ ...requestQuarter, lifeDays: 3 }],
    says: 'request_15m is kept for 3 days, and the part of the range that it could answer lies before.',
  },
  {
    code: 'finer_interval',
    rollup: 'request_day',
    own: { interval: { count: 1, unit: 'hour' } },
    rollups: [requestDay, requestQuarter],
    says: 'request_day has day buckets, which cannot be divided into hour buckets.',
  },
  {
    code: 'finer_interval',
    rollup: 'request_15m',
    own: { interval: { count: 5, unit: 'minute' } },
    rollups: [requestQuarter],
    says: 'request_15m has 15-minute buckets, which cannot be divided into 5 minutes buckets.',
  },
  {
    code: 'zone_differs',
    rollup: 'request_day',
    own: { timezone: 'Asia/Kathmandu' },
    rollups: [requestDay, requestQuarter],
    says: 'request_day has days of UTC, which do not begin where day buckets of Asia/Kathmandu do.',
  },
  {
    code: 'zone_differs',
    rollup: 'request_1h',
    own: { timezone: 'Asia/Kathmandu' },
    rollups: [{ ...requestQuarter, name: 'request_1h', grain: 3600 }],
    says: 'request_1h has 1-hour buckets of UTC, which do not begin where day buckets of Asia/Kathmandu do.',
  },
  {
    code: 'range_too_short',
    rollup: 'request_day',
    own: { interval: 'all', fromMs: nowMs - 3 * hour, toMs: nowMs },
    rollups: [requestDay],
    says: 'The range holds no whole day bucket of request_day that is not answered already.',
  },
  {
    code: 'not_filled',
    rollup: 'request_day',
    own: {},
    rollups: [{ ...requestDay, watermarkMs: null }],
    says: 'request_day was never filled: its first refresh is not done yet.',
  },
  {
    code: 'finished_numbers',
    rollup: 'active_day',
    own: {},
    rollups: [requestDay, activeDay],
    says: 'active_day holds finished numbers, and this metric is none of them.',
  },
  {
    code: 'not_by_order',
    rollup: 'request_day',
    own: { metric: 'checkout', interval: 'all' },
    rollups: [requestDay],
    says: 'request_day does not keep the order of rows, which this metric depends on.',
  },
  {
    code: 'wider',
    rollup: 'caller_day',
    own: {},
    rollups: [callerDay, requestDay],
    says: 'caller_day gives the same answer from more rows than request_day.',
  },
  {
    code: 'raw_not_needed',
    rollup: 'raw',
    own: {},
    rollups: [requestDay],
    says: 'Raw rows give the same answer, but request_day is smaller.',
  },
];

test.each(cases)('$rollup is passed over with $code: $own', ({ code, rollup, own, rollups, says }) => {
  expect(reasonFor(rollup, own, rollups)).toEqual([code, says]);
});

test('every reason code is tried here, apart from those that only refusals carry', () => {
  const tried = new Set<string>(cases.map((c) => c.code));
  expect(reasonCodes.filter((code) => !tried.has(code))).toEqual(['no_raw']);
});

const refused = (own: Partial<Question>, rollups?: readonly RollupSpec[], source: Partial<SourceSpec> = {}) => {
  try {
    planQuestion(question(own), catalogue(rollups, source), nowMs);
  } catch (thrown) {
    return { code: (thrown as { code: string }).code, message: (thrown as Error).message };
  }
  return undefined;
};

const allMetrics = 'broken, callers, checkout, daily_callers, error_rate, mrr, p95, requests';
test.each<[string, Partial<Question>, string, string]>([
  ['an unknown metric', { metric: 'dua' }, 'unknown_metric', `There is no metric "dua". Installed are: ${allMetrics}.`],
  [
    'an unknown dimension',
    { by: ['country'] },
    'unknown_dimension',
    'Metric requests has no dimension "country". It can be grouped and filtered by: service.',
  ],
  [
    'a dimension given twice',
    { by: ['service', 'service'] },
    'dimension_twice',
    'Group by each dimension once, not by service, service.',
  ],
  [
    'an unknown zone',
    { timezone: 'Mars/Base' },
    'bad_zone',
    'Time zone "Mars/Base" does not exist. Use an IANA name such as Europe/Berlin, or UTC.',
  ],
  [
    'an interval that does not divide the day',
    { interval: { count: 7, unit: 'hour' } },
    'bad_interval',
    'The interval "7 hours" is not known.',
  ],
  ['an empty range', { toMs: Date.UTC(2026, 2, 1) }, 'bad_range', 'The range from 1772323200000 to 1772323200000'],
  ['a range before 1970', { fromMs: -1 }, 'bad_range', 'it has to begin at 1970 or later'],
  [
    'a filter without a value',
    { where: [{ dimension: 'service', operator: '=', values: [] }] },
    'empty_filter',
    'names no value',
  ],
  ['top 0', { by: ['service'], topN: 0 }, 'bad_top', 'a whole number from 1 to 1000'],
  ['top N without groups', { topN: 3 }, 'bad_top', 'at least one dimension to group by (of: service)'],
  [
    'a million buckets',
    { fromMs: 0, interval: { count: 1, unit: 'minute' } },
    'too_many_buckets',
    'more than 50000 buckets',
  ],
  [
    'weeks of a number per day',
    { metric: 'daily_callers', interval: { count: 1, unit: 'week' } },
    'interval_not_for_metric',
    'Metric daily_callers has no value per week: it is a number per day that cannot be added up or averaged into another interval. Ask for: day.',
  ],
  [
    'days of a funnel',
    { metric: 'checkout' },
    'interval_not_for_metric',
    'Metric checkout has no value per day: it depends on the order of rows over the whole range. Ask for: all.',
  ],
  [
    'the greatest groups of a state',
    { metric: 'mrr', by: ['plan'], topN: 2 },
    'top_not_for_metric',
    'no total over time',
  ],
  ['a role that is not mapped', { metric: 'broken' }, 'no_answer', 'The role nothing is not mapped.'],
  [
    'hours of a state that is kept per day',
    { metric: 'mrr', interval: { count: 1, unit: 'hour' } },
    'no_answer',
    'mrr_day has day buckets, which cannot be divided into hour buckets.',
  ],
])('%s is refused in one sentence', (_, own, code, part) => {
  expect(refused(own)).toEqual({ code, message: expect.stringContaining(part) });
});

test('hours of a source that knows only days are refused with every reason', () => {
  const answer = refused({ interval: { count: 1, unit: 'hour' } }, [requestDay], { daysOnly: true });
  expect(answer).toEqual({
    code: 'no_answer',
    message:
      'No installed table answers this question about requests exactly. request_day has day buckets, which cannot be divided into hour buckets. Raw rows cannot answer: the source knows only days, which cannot be divided into hour buckets.',
  });
});

test('the coarsest rollup answers, a finer one only the ends it leaves, raw rows the rest', () => {
  const from = Date.UTC(2026, 2, 1, 3, 7);
  const plan = planQuestion(
    question({ fromMs: from, interval: 'all' }),
    catalogue([requestQuarter, requestDay]),
    nowMs,
  );
  expect(plan.chosen).toBe('request_day');
  expect(plan.parts).toEqual([
    { from: 'raw', fromMs: from, toMs: Date.UTC(2026, 2, 1, 3, 15) },
    { from: 'request_15m', fromMs: Date.UTC(2026, 2, 1, 3, 15), toMs: Date.UTC(2026, 2, 2) },
    { from: 'request_day', fromMs: Date.UTC(2026, 2, 2), toMs: Date.UTC(2026, 2, 11) },
  ]);
  expect(plan.notices.map((x) => x.code)).toEqual(['raw_ends']);
});

test('days of another zone with the same midnights are taken, and dated by the zone asked', () => {
  const berlin = { ...requestDay, timezone: 'Europe/Berlin' };
  const range = { fromMs: Date.UTC(2026, 1, 28, 23), toMs: Date.UTC(2026, 2, 31, 22), timezone: 'Europe/Paris' };
  const plan = planQuestion(question(range), catalogue([berlin]), nowMs);
  expect(plan.chosen).toBe('request_day');
  expect(plan.sql).toContain(`toDateTime(toDate(toDateTime(d, 'Europe/Berlin'), 'Europe/Paris'), 'Europe/Paris') AS t`);
});

test('without freshness the rollup alone answers and a notice names its watermark', () => {
  const plan = planQuestion(question({ freshness: 'rollup' }), catalogue([requestDay]), nowMs + hour);
  expect(plan.sql).not.toContain('shop');
  expect(plan.notices).toEqual([
    {
      code: 'watermark',
      message:
        'request_day counts all rows that arrived up to 2026-03-10 12:00:00.000 UTC; later ones are not in the answer.',
    },
  ]);
  expect(plan.openBucketFromMs).toBe(Date.UTC(2026, 2, 10));
});

test('without an arrival stamp the open day is read raw, and a notice says what older days are', () => {
  const plan = planQuestion(question(), catalogue([requestDay], { stamp: undefined }), nowMs);
  expect(plan.sql).toContain("d >= toDate('2026-03-01') AND d < toDate('2026-03-10')");
  expect(plan.sql).toContain("`at` >= toDateTime64('2026-03-10 00:00:00.000', 3, 'UTC')");
  expect(plan.notices.map((x) => x.code)).toEqual(['no_arrival_stamp']);
});

test('a state is read from its last bucket, is never summed over time, and says what it leaves out', () => {
  const plan = planQuestion(
    question({ metric: 'mrr', toMs: nowMs + hour, interval: 'all' }),
    catalogue([mrrDay]),
    nowMs + hour,
  );
  expect(plan.sql).toBe(`SELECT sum(mrr) AS value, toUInt8(1) AS open
FROM (
  SELECT d AS tm_bucket, \`mrr\`, max(tm_bucket) OVER () AS tm_last
  FROM \`tm\`.\`mrr_day\` FINAL
  WHERE d >= toDate('2026-03-01') AND d < toDate('2026-03-10')
)
WHERE tm_bucket = tm_last`);
  expect(plan.notices.map((x) => x.code)).toEqual(['last_whole_bucket', 'watermark']);
});

test('rows beyond the watermark: the buckets that they touch are read raw, all others from the rollup', () => {
  const where = [{ dimension: 'service', operator: '!=', values: ["o'k"] }] as const;
  const asked = question({ by: ['service'], where, interval: { count: 1, unit: 'week' } });
  expect(planQuestion(asked, catalogue([requestDay]), nowMs).sql).toBe(`WITH
  (SELECT groupUniqArray(b) FROM (SELECT DISTINCT toDate(\`at\`, 'UTC') AS b FROM \`shop\`.\`requests\` WHERE \`ingested\` > toDateTime64('2026-03-10 12:00:00.000', 3, 'UTC') AND \`at\` >= toDateTime64('2026-03-01 00:00:00.000', 3, 'UTC') AND \`at\` < toDateTime64('2026-03-11 00:00:00.000', 3, 'UTC'))) AS tm_touched_0
SELECT t, \`service\`, sum(n) AS value, toUInt8(toUnixTimestamp(t) < 1772323200 OR toUnixTimestamp(t) >= 1773014400) AS open
FROM (
  SELECT toDateTime(toMonday(d), 'UTC') AS t, toString(\`service\`) AS \`service\`, \`n\`
  FROM \`tm\`.\`request_day\` FINAL
  WHERE d >= toDate('2026-03-01') AND d < toDate('2026-03-11') AND d NOT IN (SELECT arrayJoin(tm_touched_0)) AND \`service\` != 'o\\'k'
  UNION ALL
  SELECT tm_0 AS t, tm_1 AS \`service\`, CAST(tm_2 AS UInt64) AS \`n\`
  FROM (
    SELECT toDateTime(toMonday(toDate(\`at\`, 'UTC')), 'UTC') AS tm_0, toString(\`svc\`) AS tm_1, 1 AS tm_2
    FROM \`shop\`.\`requests\` FINAL
    WHERE \`at\` >= toDateTime64('2026-03-01 00:00:00.000', 3, 'UTC') AND \`at\` < toDateTime64('2026-03-11 00:00:00.000', 3, 'UTC') AND \`at\` >= toDateTime64(arrayMin(tm_touched_0), 0, 'UTC') AND \`at\` < toDateTime64(addDays(least(arrayMax(tm_touched_0), toDate('2149-01-01')), 1), 0, 'UTC') AND toDate(identity(\`at\`), 'UTC') IN (SELECT arrayJoin(tm_touched_0)) AND NOT 0 AND toString(\`svc\`) != 'o\\'k'
  )
)
GROUP BY t, \`service\`
ORDER BY t, \`service\``);
});

test('class moving: the ledger names the buckets that changed ids have left, and versions are looked for everywhere', () => {
  const moving = { sourceClass: 'moving', ledger: 'tm.places_requests', collapses: false, deleted: '`gone`' } as const;
  const { sql } = planQuestion(question({ interval: 'all' }), catalogue([requestDay], moving), nowMs);
  expect(sql).toContain(
    "SELECT DISTINCT toDate(`at`, 'UTC') AS b FROM `shop`.`requests` WHERE `ingested` > toDateTime64('2026-03-10 12:00:00.000', 3, 'UTC') AND NOT `gone` AND `at` >= toDateTime64('2026-03-01 00:00:00.000', 3, 'UTC') AND `at` < toDateTime64('2026-03-11 00:00:00.000', 3, 'UTC') UNION DISTINCT SELECT DISTINCT toDate(m, 'UTC') AS b FROM `tm`.`places_requests` WHERE id IN (SELECT `id` FROM `shop`.`requests` WHERE `ingested` > toDateTime64('2026-03-10 12:00:00.000', 3, 'UTC')) AND m >= toDateTime64('2026-03-01 00:00:00.000', 3, 'UTC') AND m < toDateTime64('2026-03-11 00:00:00.000', 3, 'UTC')",
  );
  expect(sql).toContain(
    'FROM (SELECT * FROM `shop`.`requests` WHERE `id` IN (SELECT `id` FROM `shop`.`requests` WHERE `at` >= ',
  );
  expect(sql).toContain('ORDER BY `v` DESC LIMIT 1 BY `id`)');
});

test('the greatest groups are chosen over the whole range, by volume where the metric is a ratio', () => {
  const asked = question({ metric: 'error_rate', by: ['service'], topN: 3, freshness: 'rollup' });
  expect(planQuestion(asked, catalogue([requestDay]), nowMs).sql).toBe(`WITH
  tm_rows AS (
    SELECT toDateTime(d, 'UTC') AS t, toString(\`service\`) AS \`service\`, \`n\`, \`failed\`
    FROM \`tm\`.\`request_day\` FINAL
    WHERE d >= toDate('2026-03-01') AND d < toDate('2026-03-11')
  ),
  tm_top AS (SELECT \`service\` FROM tm_rows GROUP BY \`service\` ORDER BY sum(n) DESC NULLS LAST, \`service\` LIMIT 3)
SELECT t, tm_group_0 AS \`service\`, toUInt8(NOT tm_kept) AS other, sum(failed) / sum(n) AS value, toUInt8(toUnixTimestamp(t) >= 1773100800) AS open
FROM (
  SELECT *, if(tm_kept, \`service\`, '(other)') AS tm_group_0
  FROM (SELECT *, (\`service\`) IN (SELECT \`service\` FROM tm_top) AS tm_kept FROM tm_rows)
)
GROUP BY t, tm_group_0, tm_kept
ORDER BY t, other, \`service\``);
});
