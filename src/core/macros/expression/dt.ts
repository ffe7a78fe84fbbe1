import { dateTimeFilter } from './dateTimeFilter';
import type { ExpressionMacro } from '../macro';

export const dt: ExpressionMacro = {
  ...dateTimeFilter,
  name: '$__dt',
  description: 'Short for `$__dateTimeFilter`.',
  example: '$__dt(day, occurred_at)',
};
