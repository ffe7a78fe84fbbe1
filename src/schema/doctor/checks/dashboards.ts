import type { Check } from '../check';
import { found } from '../words';

/** Are the dashboards in a folder those that this configuration and version would write. */
export const dashboards: Check = {
  name: 'dashboards',
  of: 'database',
  run({ dashboards: built, only }) {
    if (!built || only !== undefined) return Promise.resolve(undefined);
    const { folder, files, changed, missing, left } = built;
    if (missing.length === files) return Promise.resolve([found('dashboards_not_built', folder, { folder })]);
    const stale = [...changed, ...missing, ...left].sort();
    return Promise.resolve(stale.length === 0 ? [] : [found('dashboards_stale', folder, { folder, files: stale })]);
  },
};
