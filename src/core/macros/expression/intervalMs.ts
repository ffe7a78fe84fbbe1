import { builtinValue } from '../builtin';
import type { ExpressionMacro } from '../macro';

export const intervalMs: ExpressionMacro = {
  kind: 'expression',
  name: '$__interval_ms',
  arguments: [],
  description:
    "Grafana's interval in milliseconds. Grafana fills it in itself where it knows it; the macro does everywhere else.",
  example: '$__interval_ms',
  expand: (_, context) => builtinValue('__interval_ms', context),
};
