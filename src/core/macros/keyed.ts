import {
  checkCounter,
  checkSeries,
  itemOf,
  keyColumn,
  madeColumn,
  renamed,
  seriesArguments,
  seriesTime,
} from './series';
import { changeWindow, changes } from './change';
import type { Change } from './change';
import type { MacroArgument, StatementMacro } from './macro';

/** Arguments and expansion of a macro whose rows are bucket `t`, key and change of the value since the bucket before. */
export function changeByKey(kind: keyof typeof changes): Pick<StatementMacro, 'kind' | 'arguments' | 'expand'> {
  const change: Change = changes[kind];
  return {
    kind: 'statement',
    arguments: [seriesArguments.time, seriesArguments.key, valueArgument(kind)],
    expand: ([time = '', key = '', value = ''], around, context, refuse) => {
      const reading = { around, refuse };
      const { bucket, range } = seriesTime(time, context, reading);
      const metric = keyColumn(key, 1, reading);
      const made = madeColumn(value, 2, 'value', { ...reading, hidden: true });
      if (kind !== 'rate') checkCounter(made.expression, refuse);
      checkSeries([bucket, metric, made], reading);
      const window = around.fresh('series');
      const changed = change.expression({ time: bucket.inner, value: made.inner, window }, 'nan');
      return {
        select: `SELECT ${itemOf(bucket)}, ${itemOf(metric)}, ${change.valueOf(made.expression)} AS ${made.inner}`,
        where: range,
        groupBy: `${bucket.inner}, ${metric.inner}`,
        layers: [
          {
            head: `SELECT ${renamed(bucket)}, ${renamed(metric)}, ${changed} AS ${made.name}`,
            window: changeWindow(window, bucket.inner, [metric.inner]),
          },
        ],
        orderBy: `${bucket.name}, ${metric.name}`,
      };
    },
  };
}

function valueArgument(kind: keyof typeof changes): MacroArgument {
  return kind === 'rate' ? seriesArguments.value : seriesArguments.counter;
}
