import type { Plan } from './answer';
import type { PlannerCatalogue } from './catalogue';
import { fail } from './errors';
import { planLast } from './last';
import { planOrdered } from './ordered';
import { checkQuestion } from './question';
import type { Question } from './question';
import { planRolling } from './rolling';
import { planAggregate } from './aggregate';

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
