import { millisecond } from '../range';
import type { ExpressionMacro } from '../macro';

export const fromTimeMs: ExpressionMacro = {
  kind: 'expression',
  name: '$__fromTime_ms',
  arguments: [],
  description: 'Start of the range as a DateTime64(3).',
  example: '$__fromTime_ms',
  expand: (_, { fromMs }) => millisecond(fromMs),
};
