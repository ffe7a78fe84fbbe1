import { changeOfEach } from '../keyless';
import type { StatementMacro } from '../macro';

export const increase: StatementMacro = {
  ...changeOfEach('increase'),
  name: '$__increase',
  description:
    'Rows of bucket `t` and a column per value, without keys: the growth of a counter since the bucket before; `nan` for the first bucket and where the counter was reset.',
  example: '$__increase(occurred_at, bytes_total) FROM events',
};
