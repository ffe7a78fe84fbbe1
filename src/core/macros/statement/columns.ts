import { bucketColumn, checkSeries, itemOf, madeColumn, rangeOf, renamed, seriesArguments } from '../series';
import { keyColumn } from '../keyed';
import type { StatementMacro } from '../macro';

export const columns: StatementMacro = {
  kind: 'statement',
  name: '$__columns',
  arguments: [seriesArguments.time, seriesArguments.key, seriesArguments.value],
  description:
    'One series per key: rows of bucket `t`, key as `metric` and an aggregate as `value`, for the range, ordered by bucket and key.',
  example: "$__columns(occurred_at, country, count() AS visits) FROM events WHERE kind != 'bot'",
  expand: ([time = '', key = '', value = ''], around, context, refuse) => {
    const made = [bucketColumn(time, around, context), keyColumn(key, around), madeColumn(value, 'value', around)];
    checkSeries(made, around, refuse);
    const [bucket, metric] = made as [(typeof made)[0], (typeof made)[0]];
    // One query where no name is private, so that ORDER BY may hold aggregates.
    const plain = made.every(({ inner, name }) => inner === name);
    return {
      select: `SELECT ${made.map(itemOf).join(', ')}`,
      where: rangeOf(time, context),
      groupBy: `${bucket.inner}, ${metric.inner}`,
      layers: plain ? [] : [{ head: `SELECT ${made.map(renamed).join(', ')}` }],
      orderBy: `${bucket.name}, ${metric.name}`,
    };
  },
};
