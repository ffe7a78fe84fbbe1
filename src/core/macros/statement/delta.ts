import { changeOfEach } from '../keyless';
import type { StatementMacro } from '../macro';

export const delta: StatementMacro = {
  ...changeOfEach('delta'),
  name: '$__delta',
  description:
    'Rows of bucket `t` and a column per value, without keys: the signed change since the bucket before, of a value that may fall; `nan` for the first bucket.',
  example: '$__delta(occurred_at, queue_length) FROM events',
};
