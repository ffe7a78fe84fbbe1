import { second } from '../range';
import type { ExpressionMacro } from '../macro';

export const fromTime: ExpressionMacro = {
  kind: 'expression',
  name: '$__fromTime',
  arguments: [],
  description: 'Start of the range as a DateTime (whole seconds).',
  example: '$__fromTime',
  expand: (_, { fromMs }) => second(fromMs),
};
