import { bucketMeasures, latencyBuckets } from './latencyBuckets';

test('the buckets follow each other without gap and hold everything', () => {
  expect(latencyBuckets[0]?.overMs).toBe(-Infinity);
  expect(latencyBuckets.at(-1)?.upToMs).toBe(Infinity);
  latencyBuckets.slice(1).forEach((bucket, i) => expect(bucket.overMs).toBe(latencyBuckets[i]?.upToMs));
  expect(latencyBuckets.map((b) => b.title)).toEqual([
    '≤ 5 ms',
    '≤ 10 ms',
    '≤ 25 ms',
    '≤ 50 ms',
    '≤ 100 ms',
    '≤ 250 ms',
    '≤ 500 ms',
    '≤ 1 s',
    '≤ 2.5 s',
    '≤ 5 s',
    '≤ 10 s',
    '> 10 s',
  ]);
});

test('each is one column with its condition', () => {
  expect([bucketMeasures[0], bucketMeasures[1], bucketMeasures.at(-1)]).toMatchObject([
    { column: 'ms_5', row: 'toUInt64({durationMs} <= 5)', description: 'Requests that took up to 5 ms.' },
    {
      column: 'ms_10',
      row: 'toUInt64({durationMs} > 5 AND {durationMs} <= 10)',
      description: 'Requests that took up to 10 ms and more than 5 ms.',
    },
    { column: 'ms_more', row: 'toUInt64({durationMs} > 10000)', description: 'Requests that took more than 10 s.' },
  ]);
});
