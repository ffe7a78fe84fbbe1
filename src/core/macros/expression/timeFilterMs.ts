import { between, millisecond } from '../range';
import type { ExpressionMacro } from '../macro';

export const timeFilterMs: ExpressionMacro = {
  kind: 'expression',
  name: '$__timeFilter_ms',
  arguments: [{ name: 'column', description: 'DateTime64 column or expression' }],
  description: 'The column lies within the range, both ends included, in milliseconds.',
  example: '$__timeFilter_ms(occurred_at)',
  expand: ([column = ''], { fromMs, toMs }) => between(column, millisecond(fromMs), millisecond(toMs)),
};
