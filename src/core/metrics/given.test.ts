import { catalogue, nowMs, question, requestDay } from '../../testing/planner/catalogue';
import type { Question } from '.';
import { planQuestion } from '.';

test('the bucket that runs, and those that the range cuts, are marked', () => {
  const open = (own: Partial<Question>) => {
    const plan = planQuestion(question({ ...own, freshness: 'rollup' }), catalogue([requestDay]), nowMs);
    return [/toUInt8\((.*)\) AS open/.exec(plan.sql)?.[1], plan.openBucketFromMs];
  };
  expect(open({})).toEqual(['toUnixTimestamp(t) >= 1773100800', Date.UTC(2026, 2, 10)]);
  expect(open({ toMs: Date.UTC(2026, 2, 5) })).toEqual(['0', null]);
  expect(open({ toMs: Date.UTC(2026, 2, 5, 7) })).toEqual(['toUnixTimestamp(t) >= 1772668800', Date.UTC(2026, 2, 5)]);
  expect(open({ fromMs: Date.UTC(2026, 2, 1, 7), toMs: Date.UTC(2026, 2, 5) })).toEqual([
    'toUnixTimestamp(t) < 1772348400',
    null,
  ]);
  expect(open({ interval: 'all' })).toEqual(['1', Date.UTC(2026, 2, 1)]);
});
