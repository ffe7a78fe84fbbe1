import { operand } from '../../sql/operand';
import { second } from '../range';
import type { ExpressionMacro } from '../macro';

export const timeTo: ExpressionMacro = {
  kind: 'expression',
  name: '$__timeTo',
  arguments: [{ name: 'column', description: 'DateTime or DateTime64 column or expression' }],
  description: 'The column is not after the end of the range, in whole seconds.',
  example: '$__timeTo(occurred_at)',
  expand: ([column = ''], { toMs }) => `${operand(column)} <= ${second(toMs)}`,
};
