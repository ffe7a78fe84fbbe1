import { daysBetween } from '../range';
import type { ExpressionMacro } from '../macro';

export const dateFilter: ExpressionMacro = {
  kind: 'expression',
  name: '$__dateFilter',
  arguments: [{ name: 'column', description: 'Date or Date32 column or expression' }],
  description:
    "The column is one of the range's days, both ends included. The days are those of the dashboard's time zone (other plugins take UTC's).",
  example: '$__dateFilter(day)',
  expand: ([column = ''], context) => daysBetween(column, context),
};
