import { between, daysAround, second } from '../range';
import type { ExpressionMacro } from '../macro';

export const dateTimeFilter: ExpressionMacro = {
  kind: 'expression',
  name: '$__dateTimeFilter',
  arguments: [
    { name: 'date', description: 'Date column, usually of the partition key' },
    { name: 'time', description: 'DateTime or DateTime64 column' },
  ],
  description:
    'A date column and a time column at once: the time decides, the date only spares reading. The days reach a little further than the range (whatever zone the date column was cut in), so no row is lost at its ends.',
  example: '$__dateTimeFilter(day, occurred_at)',
  expand: ([date = '', time = ''], context) =>
    `(${daysAround(date, context)} AND ${between(time, second(context.fromMs), second(context.toMs))})`,
};
