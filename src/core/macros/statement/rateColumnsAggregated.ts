import { changeAggregated } from '../aggregated';
import type { StatementMacro } from '../macro';

export const rateColumnsAggregated: StatementMacro = {
  ...changeAggregated('rate'),
  name: '$__rateColumnsAggregated',
  description:
    'One series per key: the value of each bucket divided by the seconds since the bucket before it of the same sub-key, then aggregated per bucket and key. What `$__rateColumns` says `nan` for is passed over; a bucket with nothing else is `nan`.',
  example: '$__rateColumnsAggregated(occurred_at, service, host, sum, count()) FROM events',
};
