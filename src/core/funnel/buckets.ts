/** Each bucket of times to convert is so much wider than the one before it. */
export const bucketRatio = 1.05;

/** Bucket (UInt16) of a time in ms: 0 for none at all, else n where 1.05^(n-1) <= ms < 1.05^n. */
export const bucketSql = (ms: string): string =>
  `toUInt16(if(${ms} = 0, 0, floor(log(${ms}) / ${Math.log(bucketRatio)}) + 1))`;

/** Time in ms that stands for a bucket: its middle, at most 2.5 % from every time in it. */
export const bucketMsSql = (bucket: string): string =>
  `if(${bucket} = 0, 0, exp((${bucket} - 0.5) * ${Math.log(bucketRatio)}))`;

/** The same of a number. */
export const bucketOf = (ms: number): number => (ms === 0 ? 0 : Math.floor(Math.log(ms) / Math.log(bucketRatio)) + 1);

/** Lower edge of a bucket in ms. */
export const bucketStartMs = (bucket: number): number => (bucket === 0 ? 0 : bucketRatio ** (bucket - 1));
