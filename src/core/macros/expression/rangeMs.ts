import { builtinValue } from '../builtin';
import type { ExpressionMacro } from '../macro';

export const rangeMs: ExpressionMacro = {
  kind: 'expression',
  name: '$__range_ms',
  arguments: [],
  description:
    'Length of the range in milliseconds. Grafana knows it in a few places; the macro fills it in everywhere else.',
  example: '$__range_ms',
  expand: (_, context) => builtinValue('__range_ms', context),
};
