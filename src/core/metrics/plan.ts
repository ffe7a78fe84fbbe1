import type { Plan } from './answer';
import type { LiveRollup, LiveSource, PlannerCatalogue, RollupSpec, SourceSpec } from './catalogue';
import { dayStart, localDay } from './calendar';
import { fail } from './errors';
import { grainEdge } from './fits';
import { intervalOnly } from './given';
import { planLast } from './last';
import { planOrdered } from './ordered';
import { checkQuestion, wholeDays } from './question';
import type { Question } from './question';
import { planRolling } from './rolling';
import { planAggregate } from './aggregate';

/**
 * Answers a question from the coarsest rollup that gives the exact answer, united with raw rows where the range begins or
 * ends inside its buckets and where rows arrived beyond its watermark. Pure: `nowMs` and the watermarks are handed in.
 * Throws TidemarkError: see {@link checkQuestion}; interval_not_for_metric, top_not_for_metric, no_answer with the reasons.
 */
export function planQuestion(question: Question, catalogue: PlannerCatalogue, nowMs: number): Plan {
  const checked = checkQuestion(question, catalogue.metrics, catalogue.weekStart);
  const { metric } = checked;
  if (metric.per)
    intervalOnly(
      checked,
      [metric.per],
      `it tells of a ${metric.per} as a whole, and several of them do not add up to a longer one.`,
    );
  const source = catalogue.sources.find((s) => s.role === metric.role);
  if (!source) throw fail('no_answer', { metric: metric.name, reasons: [`The role ${metric.role} is not mapped.`] });
  const given = {
    asked: metric.wholeDays ? wholeDays(checked, nowMs) : checked,
    source: liveSource(source, catalogue, nowMs),
    rollups: catalogue.rollups.filter((r) => r.role === metric.role).map((r) => liveRollup(r, catalogue, nowMs)),
    nowMs,
  };
  if (metric.class === 'ordered') return planOrdered(given);
  if (metric.class === 'semi-additive') return planLast(given);
  return metric.windows ? planRolling(given, metric.windows) : planAggregate(given);
}

/** First instant (ms) of the last so many days of a zone, today included. */
function daysBack(days: number, zone: string, nowMs: number): number {
  return dayStart(Math.max(0, localDay(nowMs, zone) - days + 1), zone);
}

function liveRollup(rollup: RollupSpec, { timezone }: PlannerCatalogue, nowMs: number): LiveRollup {
  if (rollup.lifeDays === null) return { ...rollup, fromMs: 0 };
  // The refreshes count the life from their watermark, which a clock that was set back leaves in the future.
  const fromMs = daysBack(rollup.lifeDays, timezone, Math.max(nowMs, rollup.watermarkMs ?? 0));
  return { ...rollup, fromMs: grainEdge(fromMs, rollup, rollup.timezone, 'after') };
}

function liveSource(source: SourceSpec, { timezone }: PlannerCatalogue, nowMs: number): LiveSource {
  const wholeFromMs = source.keepsDays === null ? 0 : daysBack(source.keepsDays, timezone, nowMs);
  return { ...source, zone: timezone, wholeFromMs };
}
