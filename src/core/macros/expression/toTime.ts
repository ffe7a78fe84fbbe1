import { second } from '../range';
import type { ExpressionMacro } from '../macro';

export const toTime: ExpressionMacro = {
  kind: 'expression',
  name: '$__toTime',
  arguments: [],
  description: 'End of the range as a DateTime (whole seconds).',
  example: '$__toTime',
  expand: (_, { toMs }) => second(toMs),
};
