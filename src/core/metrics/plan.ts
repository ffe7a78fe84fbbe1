import type { Notice } from '../notice';
import type { PlannerCatalogue } from './catalogue';
import { fail } from './errors';
import { planLast } from './last';
import { planOrdered } from './ordered';
import { checkQuestion } from './question';
import type { Question } from './question';
import type { Reason } from './reasons';
import { planRolling } from './rolling';
import { planAggregate } from './aggregate';

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

/**
 * Answers a question from the coarsest rollup that gives the exact answer, united with raw rows where the range begins or
 * ends inside its buckets and where rows arrived beyond its watermark. Pure: `nowMs` and the watermarks are handed in.
 * Throws TidemarkError: see {@link checkQuestion}; interval_not_for_metric, top_not_for_metric, no_answer with the reasons.
 */
export function planQuestion(question: Question, catalogue: PlannerCatalogue, nowMs: number): Plan {
  const asked = checkQuestion(question, catalogue.metrics, catalogue.weekStart);
  const { metric } = asked;
  const source = catalogue.sources.find((s) => s.role === metric.role);
  const rollups = catalogue.rollups.filter((r) => r.role === metric.role);
  if (!source) throw fail('no_answer', { metric: metric.name, reasons: [`The role ${metric.role} is not mapped.`] });
  const given = { asked, source, rollups, nowMs };
  if (metric.class === 'ordered') return planOrdered(given);
  if (metric.class === 'semi-additive') return planLast(given);
  return metric.windows ? planRolling(given, metric.windows) : planAggregate(given);
}
