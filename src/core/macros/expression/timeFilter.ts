import { between, second } from '../range';
import type { ExpressionMacro } from '../macro';

export const timeFilter: ExpressionMacro = {
  kind: 'expression',
  name: '$__timeFilter',
  arguments: [{ name: 'column', description: 'DateTime or DateTime64 column or expression' }],
  description:
    'The column lies within the range, both ends included, in whole seconds. The column is never wrapped in a function, so its index is used. In brackets, so it may stand after NOT.',
  example: '$__timeFilter(occurred_at)',
  expand: ([column = ''], { fromMs, toMs }) => between(column, second(fromMs), second(toMs)),
};
