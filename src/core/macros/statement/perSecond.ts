import { changeOfEach } from '../keyless';
import type { StatementMacro } from '../macro';

export const perSecond: StatementMacro = {
  ...changeOfEach('perSecond'),
  name: '$__perSecond',
  description:
    'Rows of bucket `t` and a column per value, without keys: the growth of a counter per second since the bucket before; `nan` for the first bucket and where the counter was reset.',
  example: '$__perSecond(occurred_at, bytes_total AS bytes) FROM events',
};
