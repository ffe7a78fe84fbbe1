import { builtinValue } from '../builtin';
import type { ExpressionMacro } from '../macro';

export const rangeSeconds: ExpressionMacro = {
  kind: 'expression',
  name: '$__range_s',
  arguments: [],
  description:
    'Length of the range in seconds. Grafana knows it in a few places; the macro fills it in everywhere else.',
  example: '$__range_s',
  expand: (_, context) => builtinValue('__range_s', context),
};
