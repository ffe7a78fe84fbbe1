import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { defaultSettings } from '../dashboards/settings';
import { alertFiles, possibleAlertPaths } from './files';

const root = join(__dirname, '..', '..');

test('the committed files are those that are built', () => {
  const built = alertFiles(defaultSettings);
  expect(built.length).toBeGreaterThan(8);
  for (const { path, content } of built) {
    expect([path, readFileSync(join(root, path), 'utf8') === content]).toEqual([path, true]);
    expect(possibleAlertPaths).toContain(path);
  }
});
