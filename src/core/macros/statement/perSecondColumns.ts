import { changeByKey } from '../keyed';
import type { StatementMacro } from '../macro';

export const perSecondColumns: StatementMacro = {
  ...changeByKey('perSecond'),
  name: '$__perSecondColumns',
  description:
    'One series per key, as `$__columns`: the growth of a counter per second since the bucket before of the same key; `nan` for the first bucket and where the counter was reset of a key.',
  example: '$__perSecondColumns(occurred_at, service, bytes_total) FROM events',
};
