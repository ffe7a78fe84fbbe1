/** Columns of a series of buckets: SQL names, the window `window` running over a series by its time. */
export interface BucketColumns {
  readonly time: string;
  readonly value: string;
  readonly window: string;
}

/** What is made of a bucket's value by the bucket before it, and how the value comes about. */
export interface Change {
  /** Makes the bucket's value of the argument. */
  readonly valueOf: (argument: string) => string;
  /** SQL; `none` is what stands where there is no bucket before, or a counter was reset. */
  readonly expression: (columns: BucketColumns, none: string) => string;
}

const before = (column: string, window: string) => `lagInFrame(${column}, 1, ${column}) OVER ${window}`;
// Of the first bucket of a series both are 0: it has itself for the one before. No other is 0 seconds after another.
const seconds = ({ time, window }: BucketColumns) => `(${time} - ${before(time, window)})`;
const growth = ({ value, window }: BucketColumns) => `${value} - ${before(value, window)}`;

const given = (argument: string) => argument;
const highest = (argument: string) => `max(${argument})`;

/** The four kinds, by the word in their macros' names. toFloat64, because a Decimal and nan have no type in common. */
export const changes = {
  rate: {
    valueOf: given,
    expression: (c, none) => `if(${seconds(c)} = 0, ${none}, toFloat64(${c.value}) / ${seconds(c)})`,
  },
  perSecond: {
    valueOf: highest,
    expression: (c, none) =>
      `if(${seconds(c)} = 0 OR (${growth(c)}) < 0, ${none}, toFloat64(${growth(c)}) / ${seconds(c)})`,
  },
  increase: {
    valueOf: highest,
    expression: (c, none) => `if(${seconds(c)} = 0 OR (${growth(c)}) < 0, ${none}, toFloat64(${growth(c)}))`,
  },
  delta: {
    valueOf: highest,
    expression: (c, none) => `if(${seconds(c)} = 0, ${none}, toFloat64(${growth(c)}))`,
  },
} as const satisfies Readonly<Record<string, Change>>;

/** The window of {@link Change} over the buckets of a series, `partition` being its keys. */
export function changeWindow(name: string, time: string, partition: readonly string[]): string {
  const by = partition.length > 0 ? `PARTITION BY ${partition.join(', ')} ` : '';
  return `${name} AS (${by}ORDER BY ${time} ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)`;
}
