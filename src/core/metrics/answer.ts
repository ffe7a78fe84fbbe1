import type { Notice } from '../notice';
import type { Reason } from './reasons';

/** A part of the answer: which table gives which stretch of the range. */
export interface Part {
  /** Name of a rollup, or `raw`. */
  readonly from: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** How a question is answered. */
export interface Plan {
  /**
   * One statement. Columns: `t` (first instant of the bucket, DateTime in the question's zone; not for interval `all`), the
   * dimensions, `other` (1 for the group of the rest; only with topN), `value`, `open` (1 where the bucket is not whole:
   * cut by the range, still running, or beyond the watermark). Buckets and groups without any row are not there.
   */
  readonly sql: string;
  /** Name of the rollup that gives the largest part, or `raw`. */
  readonly chosen: string;
  readonly parts: readonly Part[];
  /** One per rollup of the metric's role that was passed over, and one for the raw rows. */
  readonly reasons: readonly Reason[];
  readonly notices: readonly Notice[];
  /** First instant (ms) of the first bucket that is not whole at the end of the range; null where all are. */
  readonly openBucketFromMs: number | null;
}
