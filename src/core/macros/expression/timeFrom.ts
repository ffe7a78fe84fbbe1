import { operand } from '../../sql/operand';
import { second } from '../range';
import type { ExpressionMacro } from '../macro';

export const timeFrom: ExpressionMacro = {
  kind: 'expression',
  name: '$__timeFrom',
  arguments: [{ name: 'column', description: 'DateTime or DateTime64 column or expression' }],
  description: 'The column is not before the start of the range, in whole seconds.',
  example: '$__timeFrom(occurred_at)',
  expand: ([column = ''], { fromMs }) => `${operand(column)} >= ${second(fromMs)}`,
};
