import { changeAggregated } from '../aggregated';
import type { StatementMacro } from '../macro';

export const deltaColumnsAggregated: StatementMacro = {
  ...changeAggregated('delta'),
  name: '$__deltaColumnsAggregated',
  description:
    'One series per key: the signed change since the bucket before, of a value that may fall of the same sub-key, then aggregated per bucket and key. What `$__deltaColumns` says `nan` for is passed over; a bucket with nothing else is `nan`.',
  example: '$__deltaColumnsAggregated(occurred_at, service, host, max, queue_length) FROM events',
};
