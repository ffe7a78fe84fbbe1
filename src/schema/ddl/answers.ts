import type { Interval, MetricSpec, PlannerCatalogue } from '../../core/metrics';
import { bucketStart, planQuestion } from '../../core/metrics';
import { messageOf, TidemarkError } from '../../core/errors';
import type { Installation } from '../installation';
import { plannerCatalogue } from './plannerCatalogue';

/** What the planner answers a typical question from. */
export interface TypicalAnswer {
  readonly metric: string;
  readonly interval: string;
  /** Dimensions grouped by: none, or one; amounts by their currency, too. */
  readonly by: readonly string[];
  /** The rollup that gives the largest part; `''`: raw rows, or no answer. */
  readonly rollup: string;
  /** Why there is no answer; `''` where there is one. */
  readonly refused: string;
  /** `rollup: code. Sentence` of each rollup that was passed over. */
  readonly reasons: readonly string[];
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The clock of typical questions: a fixed one, so that the same installation always gives the same answers. */
const typicalNowMs = Date.UTC(2026, 0, 15, 12, 34, 56);

/** How far back from now a dashboard looks by buckets of each width. */
const typical: readonly {
  readonly name: string;
  readonly interval: Exclude<Interval, 'all'>;
  readonly backMs: number;
}[] = [
  { name: 'minute', interval: { count: 1, unit: 'minute' }, backMs: 6 * hourMs },
  { name: 'hour', interval: { count: 1, unit: 'hour' }, backMs: 7 * dayMs },
  { name: 'day', interval: { count: 1, unit: 'day' }, backMs: 30 * dayMs },
  { name: 'week', interval: { count: 1, unit: 'week' }, backMs: 90 * dayMs },
  { name: 'month', interval: { count: 1, unit: 'month' }, backMs: 365 * dayMs },
];

/**
 * Hits and misses of the planner: for each installed metric, interval and dimension, what it answers from where all
 * watermarks are fresh; from the beginning of the bucket so far back up to now, in the reporting zone.
 */
export function typicalAnswers(installation: Installation): readonly TypicalAnswer[] {
  const marks = plannerCatalogue(installation, new Map());
  const names = [...marks.rollups.map((r) => r.name), ...marks.sources.flatMap((s) => s.late?.step ?? [])];
  const catalogue = plannerCatalogue(installation, new Map(names.map((name) => [name, typicalNowMs])));
  return catalogue.metrics.flatMap((metric) =>
    typical.flatMap((kind) => groupings(metric).map((by) => answerTo(catalogue, metric, kind, by))),
  );
}

/** None and each dimension, with the one that an amount is always told by. */
function groupings({ dimensions, unmixed }: MetricSpec): readonly (readonly string[])[] {
  if (unmixed === undefined) return [[], ...dimensions.map((d) => [d])];
  return [[unmixed], ...dimensions.filter((d) => d !== unmixed).map((d) => [d, unmixed])];
}

function answerTo(
  catalogue: PlannerCatalogue,
  { name: metric }: MetricSpec,
  { name, interval, backMs }: (typeof typical)[number],
  by: readonly string[],
): TypicalAnswer {
  const { timezone, weekStart } = catalogue;
  const fromMs = bucketStart(typicalNowMs - backMs, interval, { zone: timezone, weekStart });
  const asked = { metric, interval: name, by };
  try {
    const question = { metric, fromMs, toMs: typicalNowMs, interval, by, timezone };
    const { chosen, reasons } = planQuestion(question, catalogue, typicalNowMs);
    return {
      ...asked,
      rollup: chosen === 'raw' ? '' : chosen,
      refused: '',
      reasons: reasons.filter((r) => r.rollup !== 'raw').map((r) => `${r.code}: ${r.message}`),
    };
  } catch (thrown) {
    if (!(thrown instanceof TidemarkError)) throw thrown;
    return { ...asked, rollup: '', refused: messageOf(thrown), reasons: [] };
  }
}
