import { bucketOf, bucketSql } from '../../time/bucket';
import { checkZone } from '../../time/zone';
import type { ExpressionMacro } from '../macro';

export const timeInterval: ExpressionMacro = {
  kind: 'expression',
  name: '$__timeInterval',
  arguments: [{ name: 'column', description: 'Date, Date32, DateTime or DateTime64 column or expression' }],
  description:
    "The start of the bucket that the column falls in; a bucket is Grafana's interval, at least 1 second. Buckets are cut in the dashboard's time zone: hours and minutes from its midnight, days as its days (also of 23 or 25 hours), intervals of 7, 14, … days as weeks from Monday (other plugins count seconds from 1970 UTC).",
  example: '$__timeInterval(occurred_at)',
  expand: ([column = ''], { intervalMs, timezone }) => bucketSql(column, bucketOf(intervalMs), checkZone(timezone)),
};
