import { checkCounter, checkSeries, itemOf, madeColumn, renamed, seriesArguments, seriesTime } from './series';
import { changeWindow, changes } from './change';
import { splitAlias } from './alias';
import type { Change } from './change';
import type { StatementMacro } from './macro';

/** Arguments and expansion of a macro whose rows are bucket `t` and the change of each value since the bucket before. */
export function changeOfEach(kind: keyof typeof changes): Pick<StatementMacro, 'kind' | 'arguments' | 'expand'> {
  const change: Change = changes[kind];
  const counts = kind !== 'rate';
  return {
    kind: 'statement',
    arguments: [seriesArguments.time, counts ? seriesArguments.counters : seriesArguments.values],
    expand: ([time = '', ...values], around, context, refuse) => {
      const nameless = values.find((value) => splitAlias(value, refuse).alias === undefined);
      if (values.length > 1 && nameless !== undefined)
        throw refuse(`of several values each needs a name. Write ${nameless} AS name.`);
      const reading = { around, refuse };
      const { bucket, range } = seriesTime(time, context, reading);
      const made = values.map((value, i) => madeColumn(value, i + 1, 'value', { ...reading, hidden: true }));
      if (counts) for (const { expression } of made) checkCounter(expression, refuse);
      checkSeries([bucket, ...made], reading);
      const window = around.fresh('series');
      const items = made.map(({ expression, inner }) => `${change.valueOf(expression)} AS ${inner}`);
      const changed = made.map(
        ({ inner, name }) => `${change.expression({ time: bucket.inner, value: inner, window }, 'nan')} AS ${name}`,
      );
      return {
        select: `SELECT ${[itemOf(bucket), ...items].join(', ')}`,
        where: range,
        groupBy: bucket.inner,
        layers: [
          {
            head: `SELECT ${[renamed(bucket), ...changed].join(', ')}`,
            window: changeWindow(window, bucket.inner, []),
          },
        ],
        orderBy: bucket.name,
      };
    },
  };
}
