import { bucketOf, bucketSql } from '../../time/bucket';
import { checkZone } from '../../time/zone';
import type { ExpressionMacro } from '../macro';

export const timeIntervalMs: ExpressionMacro = {
  kind: 'expression',
  name: '$__timeInterval_ms',
  arguments: [{ name: 'column', description: 'DateTime64 column or expression' }],
  description:
    'As `$__timeInterval`, but an interval that is not whole seconds is kept to the millisecond, at least 1 millisecond.',
  example: '$__timeInterval_ms(occurred_at)',
  expand: ([column = ''], { intervalMs, timezone }) => {
    const count = Math.max(1, Math.floor(intervalMs));
    const bucket = count % 1000 === 0 ? bucketOf(count) : ({ count, unit: 'ms' } as const);
    return bucketSql(column, bucket, checkZone(timezone));
  },
};
