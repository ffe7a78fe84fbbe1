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
import { closingBracket } from '../sql/brackets';
import { isTrivia } from '../sql/tokens';
import { splitAlias } from './alias';
import { tokenize } from '../sql/lexer';
import type { Change } from './change';
import type { Refuse, StatementMacro } from './macro';

/**
 * Arguments and expansion of a macro that computes the change per sub-key and aggregates it per key. What has no bucket
 * before it is NULL in between, so that aggregates pass over it; nan would spoil them all.
 */
export function changeAggregated(kind: keyof typeof changes): Pick<StatementMacro, 'kind' | 'arguments' | 'expand'> {
  const change: Change = changes[kind];
  return {
    kind: 'statement',
    arguments: [
      seriesArguments.time,
      seriesArguments.key,
      { name: 'subkey', description: 'what has a value of its own within a key, as a host or a tuple of columns' },
      { name: 'aggregate', description: 'name of the aggregate function alone, as `sum` or `quantile(0.9)`' },
      kind === 'rate' ? seriesArguments.value : seriesArguments.counter,
    ],
    expand: ([time = '', key = '', subkey = '', aggregate = '', value = ''], around, context, refuse) => {
      checkAggregate(aggregate, refuse);
      const reading = { around, refuse };
      const { bucket, range } = seriesTime(time, context, reading);
      const metric = keyColumn(key, 1, reading);
      const sub = around.fresh('subkey');
      const made = madeColumn(value, 4, 'value', { ...reading, hidden: true });
      if (kind !== 'rate') checkCounter(made.expression, refuse);
      checkSeries([bucket, metric, made], reading);
      const [window, changed] = [around.fresh('series'), around.fresh('change')];
      const expression = change.expression({ time: bucket.inner, value: made.inner, window }, 'NULL');
      return {
        select: `SELECT ${itemOf(bucket)}, ${itemOf(metric)}, ${splitAlias(subkey, refuse).expression} AS ${sub}, ${change.valueOf(made.expression)} AS ${made.inner}`,
        where: range,
        groupBy: `${bucket.inner}, ${metric.inner}, ${sub}`,
        layers: [
          {
            head: `SELECT ${bucket.inner}, ${metric.inner}, ${expression} AS ${changed}`,
            window: changeWindow(window, bucket.inner, [metric.inner, sub]),
          },
          {
            head: `SELECT ${renamed(bucket)}, ${renamed(metric)}, ifNull(${aggregate}(${changed}), nan) AS ${made.name}`,
            groupBy: `${bucket.inner}, ${metric.inner}`,
          },
        ],
        orderBy: `${bucket.name}, ${metric.name}`,
      };
    },
  };
}

/** A function's name, with parameters in brackets where it has any. */
function checkAggregate(text: string, refuse: Refuse): void {
  const tokens = tokenize(text).filter((token) => !isTrivia(token));
  const [name, open] = tokens;
  const parameters = tokens.slice(2, -1).every(({ kind }) => ['number', 'string', 'comma', 'operator'].includes(kind));
  const closed = open === undefined || (open.text === '(' && closingBracket(tokens, 1) === tokens.length - 1);
  if (name?.kind !== 'word' || !closed || !parameters || tokens.length === 3)
    throw refuse(`"${text}" is no name of an aggregate function. Write the name alone, as sum or quantile(0.9).`);
}
