import type { ExpressionMacro } from '../macro';

export const intervalSeconds: ExpressionMacro = {
  kind: 'expression',
  name: '$__interval_s',
  arguments: [],
  description: "Grafana's interval between two points in whole seconds, at least 1.",
  example: '$__interval_s',
  expand: (_, { intervalMs }) => String(Math.max(1, Math.floor(intervalMs / 1000))),
};
