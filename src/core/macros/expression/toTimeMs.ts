import { millisecond } from '../range';
import type { ExpressionMacro } from '../macro';

export const toTimeMs: ExpressionMacro = {
  kind: 'expression',
  name: '$__toTime_ms',
  arguments: [],
  description: 'End of the range as a DateTime64(3).',
  example: '$__toTime_ms',
  expand: (_, { toMs }) => millisecond(toMs),
};
