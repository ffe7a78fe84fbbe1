import { builtinValue } from '../builtin';
import type { ExpressionMacro } from '../macro';

export const interval: ExpressionMacro = {
  kind: 'expression',
  name: '$__interval',
  arguments: [],
  description:
    "Grafana's interval as it writes it, such as `5m`. Grafana fills it in itself where it knows one; the macro does where it does not. Not for INTERVAL, which takes `$__interval_s SECOND`.",
  example: '$__interval',
  expand: (_, context) => builtinValue('__interval', context),
};
