import { splitAlias } from '../alias';
import { checkSeries, itemOf, keyColumn, madeColumn, rangeOn, renamed, seriesArguments } from '../series';
import { pointsArgument, pointsOf } from '../lttb';
import type { StatementMacro } from '../macro';

export const lttbColumns: StatementMacro = {
  kind: 'statement',
  name: '$__lttbColumns',
  arguments: [
    pointsArgument,
    { name: 'time', description: 'time column; the filter of the range is put on it' },
    seriesArguments.key,
    { name: 'value', description: 'numeric column; `value AS name` names its column, else it is `value`' },
  ],
  description:
    'As `$__lttb`, for one series per key: rows of time `t`, key as `metric` and `value`, so many points of each key.',
  example: '$__lttbColumns(100, occurred_at, country, latency_ms) FROM events',
  expand: ([points = '', x = '', key = '', y = ''], around, context, refuse) => {
    const count = pointsOf(points, context, refuse);
    const reading = { around, refuse };
    const { expression: time, alias } = splitAlias(x, refuse);
    const metric = keyColumn(key, 2, reading);
    const value = madeColumn(y, 3, 'value', { ...reading, hidden: true });
    const moment = { expression: time, name: alias ?? 't', inner: '' };
    checkSeries([moment, metric, value], reading);
    const point = around.fresh('point');
    return {
      select: `SELECT ${itemOf(metric)}, arrayJoin(lttb(${count})(${time}, ${value.expression})) AS ${point}`,
      where: rangeOn(time, context),
      groupBy: metric.inner,
      layers: [{ head: `SELECT ${point}.1 AS ${moment.name}, ${renamed(metric)}, ${point}.2 AS ${value.name}` }],
      orderBy: `${moment.name}, ${metric.name}`,
    };
  },
};
