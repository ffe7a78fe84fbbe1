import { changeByKey } from '../keyed';
import type { StatementMacro } from '../macro';

export const increaseColumns: StatementMacro = {
  ...changeByKey('increase'),
  name: '$__increaseColumns',
  description:
    'One series per key, as `$__columns`: the growth of a counter since the bucket before of the same key; `nan` for the first bucket and where the counter was reset of a key.',
  example: '$__increaseColumns(occurred_at, service, bytes_total) FROM events',
};
