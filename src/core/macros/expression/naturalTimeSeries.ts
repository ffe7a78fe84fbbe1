import { bucketSql } from '../../time/bucket';
import { checkZone } from '../../time/zone';
import type { Bucket } from '../../time/bucket';
import type { ExpressionMacro } from '../macro';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Ranges up to which a bucket is used, in milliseconds. */
const steps: readonly (readonly [below: number, bucket: Bucket])[] = [
  [20 * minute, { count: 1, unit: 's' }],
  [4 * hour, { count: 1, unit: 'm' }],
  [24 * hour, { count: 5, unit: 'm' }],
  [72 * hour, { count: 15, unit: 'm' }],
  [15 * day, { count: 1, unit: 'h' }],
  [15 * 7 * day, { count: 1, unit: 'd' }],
  [304 * day, { count: 1, unit: 'w' }],
  [6 * 365 * day, { count: 1, unit: 'M' }],
  [Infinity, { count: 1, unit: 'Q' }],
];

export const naturalTimeSeries: ExpressionMacro = {
  kind: 'expression',
  name: '$__naturalTimeSeries',
  arguments: [{ name: 'column', description: 'Date, Date32, DateTime or DateTime64 column or expression' }],
  description:
    "The start of the bucket that the column falls in; a bucket is what people count in over a range of that length, whatever the panel's width: a second below 20 minutes, a minute below 4 hours, 5 minutes below a day, 15 below 3 days, an hour below 15 days, a day below 15 weeks, a week below 10 months (304 days), a month below 6 years, else a quarter; all in the dashboard's time zone.",
  example: '$__naturalTimeSeries(occurred_at)',
  expand: ([column = ''], { fromMs, toMs, timezone }) => {
    const [, bucket] = steps.find(([below]) => toMs - fromMs < below) ?? steps.at(-1)!;
    return bucketSql(column, bucket, checkZone(timezone));
  },
};
