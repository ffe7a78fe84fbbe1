import { builtinValue } from '../builtin';
import type { ExpressionMacro } from '../macro';

export const interval: ExpressionMacro = {
  kind: 'expression',
  name: '$__interval',
  arguments: [],
  description:
    "Grafana's interval as it writes it, such as `5m`, for labels: for INTERVAL write `$__interval_s SECOND`. Grafana fills it in itself where it knows it; the macro does everywhere else.",
  example: '$__interval',
  expand: (_, context) => builtinValue('__interval', context),
};
