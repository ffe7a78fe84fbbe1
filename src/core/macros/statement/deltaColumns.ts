import { changeByKey } from '../keyed';
import type { StatementMacro } from '../macro';

export const deltaColumns: StatementMacro = {
  ...changeByKey('delta'),
  name: '$__deltaColumns',
  description:
    'One series per key, as `$__columns`: the signed change since the bucket before, of a value that may fall of the same key; `nan` for the first bucket of a key.',
  example: '$__deltaColumns(occurred_at, service, queue_length) FROM events',
};
