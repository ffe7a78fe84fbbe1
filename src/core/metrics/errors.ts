import { errorTable } from '../errors';

const list = (names: readonly string[]) => (names.length === 0 ? 'none' : names.join(', '));

/** Sentences of the planner: questions that cannot be answered. */
export const fail = errorTable({
  unknown_metric: (f: { metric: string; accepted: readonly string[] }) =>
    `There is no metric "${f.metric}". Installed are: ${list(f.accepted)}.`,
  unknown_dimension: (f: { metric: string; dimension: string; accepted: readonly string[] }) =>
    `Metric ${f.metric} has no dimension "${f.dimension}". It can be grouped and filtered by: ${list(f.accepted)}.`,
  dimension_twice: (f: { by: readonly string[] }) => `Group by each dimension once, not by ${list(f.by)}.`,
  bad_range: (f: { fromMs: number; toMs: number }) =>
    `The range from ${f.fromMs} to ${f.toMs} (ms since 1970) is none: it has to begin at 1970 or later, end after it begins and before 2105.`,
  bad_interval: (f: { given: string; accepted: readonly string[] }) =>
    `The interval "${f.given}" is not known. Accepted are: ${f.accepted.join('; ')}.`,
  bad_filter: (f: { dimension: string; operator: string; accepted: readonly string[] }) =>
    `The filter on ${f.dimension} compares with "${f.operator}". Accepted are: ${list(f.accepted)}.`,
  empty_filter: (f: { dimension: string }) =>
    `The filter on ${f.dimension} names no value. Name at least one, or leave it out.`,
  bad_top: (f: { topN: number; most: number; dimensions: readonly string[] }) =>
    `The ${f.topN} greatest groups cannot be chosen: it has to be a whole number from 1 to ${f.most}, with at least one dimension to group by (of: ${list(f.dimensions)}).`,
  mixed_values: (f: { metric: string; dimension: string; top: boolean }) =>
    f.top
      ? `Metric ${f.metric} cannot be cut to its greatest groups by ${f.dimension}: amounts in different ones cannot be compared or added. Ask for all of them, or filter by one.`
      : `Metric ${f.metric} is an amount: those of different values of ${f.dimension} cannot be added without a rate. Group by ${f.dimension}, or filter by one: ${f.dimension}=….`,
  too_many_buckets: (f: { most: number }) =>
    `The range holds more than ${f.most} buckets. Ask for a shorter range or a longer interval.`,
  interval_not_for_metric: (f: { metric: string; given: string; accepted: readonly string[]; why: string }) =>
    `Metric ${f.metric} has no value per ${f.given}: ${f.why} Ask for: ${list(f.accepted)}.`,
  top_not_for_metric: (f: { metric: string; why: string }) =>
    `Metric ${f.metric} cannot be cut to its greatest groups: ${f.why}`,
  no_answer: (f: { metric: string; reasons: readonly string[] }) =>
    `No installed table answers this question about ${f.metric} exactly. ${f.reasons.join(' ')}`,
});
