import { checkSeries, itemOf, keyColumn, madeColumn, renamed, seriesArguments, seriesTime } from '../series';
import type { StatementMacro } from '../macro';

export const columns: StatementMacro = {
  kind: 'statement',
  name: '$__columns',
  arguments: [seriesArguments.time, seriesArguments.key, seriesArguments.value],
  description:
    'One series per key: rows of bucket `t`, key as `metric` and an aggregate as `value`, for the range, ordered by bucket and key.',
  example: "$__columns(occurred_at, country, count() AS visits) FROM events WHERE kind != 'bot'",
  expand: ([time = '', key = '', value = ''], around, context, refuse) => {
    const reading = { around, refuse };
    const { bucket, range } = seriesTime(time, context, reading);
    const metric = keyColumn(key, 1, reading);
    const made = [bucket, metric, madeColumn(value, 2, 'value', reading)];
    checkSeries(made, reading);
    // One query where no name is private, so that ORDER BY may hold aggregates.
    const plain = made.every(({ inner, name }) => inner === name);
    return {
      select: `SELECT ${made.map(itemOf).join(', ')}`,
      where: range,
      groupBy: `${bucket.inner}, ${metric.inner}`,
      layers: plain ? [] : [{ head: `SELECT ${made.map(renamed).join(', ')}` }],
      orderBy: `${bucket.name}, ${metric.name}`,
    };
  },
};
