import { droppedProperties } from './compare';

const table = {
  legend: true,
  'tooltip.mode': true,
  'tooltip.sort': ['none'],
  stacking: [{ mode: 'none' }],
  repeat: [],
} as const;

test('says nothing of what is drawn, of harmless values and of empty ones', () => {
  const json = {
    legend: { anything: { below: 1 } },
    tooltip: { mode: 'multi', sort: 'none' },
    stacking: { mode: 'none' },
    repeat: null,
    unknown: undefined,
    custom: {},
  };
  expect(droppedProperties(json, table)).toEqual([]);
});

test('names every path that is not known, and every value that is not harmless', () => {
  const json = {
    tooltip: { sort: 'desc', glow: { size: 2 } },
    stacking: { mode: 'normal' },
    repeat: 'country',
    list: [1],
  };
  expect(droppedProperties(json, table)).toEqual([
    { path: 'tooltip.sort', value: 'desc', harmless: ['none'] },
    { path: 'tooltip.glow.size', value: 2 },
    { path: 'stacking', value: { mode: 'normal' }, harmless: [{ mode: 'none' }] },
    { path: 'repeat', value: 'country', harmless: [] },
    { path: 'list', value: [1] },
  ]);
});
