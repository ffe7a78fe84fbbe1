import { builtinValue } from '../builtin';
import type { ExpressionMacro } from '../macro';

export const range: ExpressionMacro = {
  kind: 'expression',
  name: '$__range',
  arguments: [],
  description: 'Length of the range in whole seconds with its unit, such as `3600s`.',
  example: '$__range',
  expand: (_, context) => builtinValue('__range', context),
};
