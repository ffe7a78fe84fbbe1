import { changeOfEach } from '../keyless';
import type { StatementMacro } from '../macro';

export const rate: StatementMacro = {
  ...changeOfEach('rate'),
  name: '$__rate',
  description:
    'Rows of bucket `t` and a column per value, without keys: the value of each bucket divided by the seconds since the bucket before it; `nan` for the first bucket.',
  example: '$__rate(occurred_at, countIf(status < 500) AS good, countIf(status >= 500) AS bad) FROM events',
};
