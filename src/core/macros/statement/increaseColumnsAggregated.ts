import { changeAggregated } from '../aggregated';
import type { StatementMacro } from '../macro';

export const increaseColumnsAggregated: StatementMacro = {
  ...changeAggregated('increase'),
  name: '$__increaseColumnsAggregated',
  description:
    'One series per key: the growth of a counter since the bucket before of the same sub-key, then aggregated per bucket and key. What `$__increaseColumns` says `nan` for is passed over; a bucket with nothing else is `nan`.',
  example: '$__increaseColumnsAggregated(occurred_at, service, host, sum, bytes_total) FROM events',
};
