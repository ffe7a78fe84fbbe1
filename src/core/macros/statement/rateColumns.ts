import { changeByKey } from '../keyed';
import type { StatementMacro } from '../macro';

export const rateColumns: StatementMacro = {
  ...changeByKey('rate'),
  name: '$__rateColumns',
  description:
    'One series per key, as `$__columns`: the value of each bucket divided by the seconds since the bucket before it of the same key; `nan` for the first bucket of a key.',
  example: '$__rateColumns(occurred_at, service, count()) FROM events',
};
