import { builtinValue } from '../builtin';
import type { ExpressionMacro } from '../macro';

export const rangeSeconds: ExpressionMacro = {
  kind: 'expression',
  name: '$__range_s',
  arguments: [],
  description: 'Length of the range in whole seconds.',
  example: '$__range_s',
  expand: (_, context) => builtinValue('__range_s', context),
};
