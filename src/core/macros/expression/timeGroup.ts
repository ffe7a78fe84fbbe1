import { bucketSql, bucketUnits } from '../../time/bucket';
import { checkZone } from '../../time/zone';
import { parseDuration } from '../../time/duration';
import type { ExpressionMacro } from '../macro';

export const timeGroup: ExpressionMacro = {
  kind: 'expression',
  name: '$__timeGroup',
  arguments: [
    { name: 'column', description: 'Date, Date32, DateTime or DateTime64 column or expression' },
    { name: 'duration', description: `a whole number and one of ${bucketUnits.join(', ')}; quotes are allowed` },
  ],
  description:
    "The start of the bucket of a fixed duration that the column falls in, cut in the dashboard's time zone. `M` is a month, `m` a minute; weeks begin on Monday.",
  example: '$__timeGroup(occurred_at, 1d)',
  expand: ([column = '', duration = ''], { timezone }, refuse) => {
    const bucket = parseDuration(duration.replace(/^(['"])(.*)\1$/, '$2'));
    if (!bucket)
      throw refuse(`"${duration}" is no duration. Write a whole number and one of ${bucketUnits.join(', ')}, e.g. 5m.`);
    return bucketSql(column, bucket, checkZone(timezone));
  },
};
