import { engineColumns, keyParts } from './engine';
import { spreadOver } from './sample';

test.each([
  ['ReplacingMergeTree(_version, _deleted) ORDER BY id', { version: '_version', deleted: '_deleted' }],
  ['ReplacingMergeTree(`odd version`) ORDER BY id', { version: 'odd version' }],
  ["ReplicatedReplacingMergeTree('/t/{uuid}', '{replica}', ver, del) ORDER BY id", { version: 'ver', deleted: 'del' }],
  ['ReplacingMergeTree ORDER BY f(id)', {}],
  ['MergeTree ORDER BY id', {}],
])('%s names its columns', (engineFull, columns) => {
  expect(engineColumns({ engineFull })).toEqual(columns);
});

test('parts of a key are told apart', () => {
  expect(keyParts({ sortingKey: 'event, toDate(at), `user id`' })).toEqual(['event', 'toDate(at)', 'user id']);
  expect(keyParts({ sortingKey: '(id)' })).toEqual(['id']);
  expect(keyParts({ sortingKey: '' })).toEqual([]);
});

test('windows lie evenly over the parts, each within one, and count as many as wanted', () => {
  const parts = [
    { name: 'a', rows: 1_000_000 },
    { name: 'b', rows: 10 },
    { name: 'c', rows: 3_000_000 },
  ];
  const spread = spreadOver(parts, 10_000);
  expect(spread.map(({ part, starts }) => [part, starts.length])).toEqual([
    ['a', 25],
    ['c', 75],
  ]);
  for (const { part, starts } of spread)
    expect(starts.every((at) => at >= 0 && at < parts.find((p) => p.name === part)!.rows)).toBe(true);
  expect(spreadOver([], 1000)).toEqual([]);
});
