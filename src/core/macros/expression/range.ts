import { builtinValue } from '../builtin';
import type { ExpressionMacro } from '../macro';

export const range: ExpressionMacro = {
  kind: 'expression',
  name: '$__range',
  arguments: [],
  description:
    'Length of the range in seconds with its unit, such as `3600s`. Grafana knows it in a few places; the macro fills it in everywhere else.',
  example: '$__range',
  expand: (_, context) => builtinValue('__range', context),
};
