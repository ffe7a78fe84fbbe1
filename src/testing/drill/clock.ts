import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Command line that runs what follows it with a wall clock so many seconds ahead (negative: behind), by Debian's libfaketime. */
export const underClock = (seconds: number): readonly string[] => [
  '/usr/bin/env',
  `LD_PRELOAD=${libfaketime()}`,
  `FAKETIME=${seconds < 0 ? '' : '+'}${seconds}s`,
  // Only what time it is: timers go on.
  'FAKETIME_DONT_FAKE_MONOTONIC=1',
];

function libfaketime(): string {
  const found = readdirSync('/usr/lib')
    .map((dir) => join('/usr/lib', dir, 'faketime', 'libfaketime.so.1'))
    .find((file) => existsSync(file));
  if (found === undefined) throw new Error('No libfaketime: node scripts/installTestTools.mjs faketime');
  return found;
}
