import { changeAggregated } from '../aggregated';
import type { StatementMacro } from '../macro';

export const perSecondColumnsAggregated: StatementMacro = {
  ...changeAggregated('perSecond'),
  name: '$__perSecondColumnsAggregated',
  description:
    'One series per key: the growth of a counter per second since the bucket before of the same sub-key, then aggregated per bucket and key. What `$__perSecondColumns` says `nan` for is passed over; a bucket with nothing else is `nan`.',
  example: '$__perSecondColumnsAggregated(occurred_at, service, host, sum, bytes_total) FROM events',
};
