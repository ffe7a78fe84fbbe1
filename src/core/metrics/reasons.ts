import type { RollupSpec } from './catalogue';

/** Why a rollup does not answer a question: a stable code and a sentence. */
export interface Reason {
  /** Name of the rollup, or `raw`. */
  readonly rollup: string;
  readonly code: ReasonCode;
  readonly message: string;
}

type Name = Pick<RollupSpec, 'name'>;
const seconds = (n: number) => (n % 3600 === 0 ? `${n / 3600}-hour` : `${n / 60}-minute`);
const grainText = ({ grain }: Pick<RollupSpec, 'grain'>) => (grain === 'day' ? 'day' : seconds(grain));

const sentences = {
  measure_missing: (r: Name, f: { column: string }) => `${r.name} does not keep ${f.column}.`,
  rows_differ: (r: Name, f: { metric: string }) =>
    `${r.name} counts other rows than ${f.metric} (its filter or its NULL rules differ).`,
  dimension_missing: (r: Name, f: { dimension: string }) => `${r.name} is not kept by ${f.dimension}.`,
  values_capped: (r: Name, f: { dimension: string }) =>
    `${r.name} keeps only the most frequent values of ${f.dimension} apart, all others are (other) there.`,
  finer_interval: (r: RollupSpec, f: { interval: string }) =>
    `${r.name} has ${grainText(r)} buckets, which cannot be divided into ${f.interval} buckets.`,
  zone_differs: (r: RollupSpec, f: { zone: string; interval: string }) =>
    r.grain === 'day'
      ? `${r.name} has days of ${r.timezone}, which do not begin where ${f.interval} buckets of ${f.zone} do.`
      : `${r.name} has ${grainText(r)} buckets of UTC, which do not begin where ${f.interval} buckets of ${f.zone} do.`,
  range_too_short: (r: RollupSpec, _: object) =>
    `The range holds no whole ${grainText(r)} bucket of ${r.name} that is not answered already.`,
  too_old: (r: RollupSpec, _: object) =>
    `${r.name} is kept for ${r.lifeDays ?? 0} days, and the part of the range that it could answer lies before.`,
  not_filled: (r: Name, _: object) => `${r.name} was never filled: its first refresh is not done yet.`,
  finished_numbers: (r: Name, _: object) => `${r.name} holds finished numbers, and this metric is none of them.`,
  not_by_order: (r: Name, _: object) => `${r.name} does not keep the order of rows, which this metric depends on.`,
  wider: (r: Name, f: { chosen: string }) => `${r.name} gives the same answer from more rows than ${f.chosen}.`,
  raw_not_needed: (_: Name, f: { chosen: string }) => `Raw rows give the same answer, but ${f.chosen} is smaller.`,
  no_raw: (_: Name, f: { why: string }) => `Raw rows cannot answer: ${f.why}`,
} as const;

export type ReasonCode = keyof typeof sentences;

/** Makes a reason from its facts. Never throws. */
export function reason<C extends ReasonCode>(
  code: C,
  rollup: RollupSpec | { readonly name: 'raw' },
  facts: Parameters<(typeof sentences)[C]>[1],
): Reason {
  const say = sentences[code] as (r: unknown, f: unknown) => string;
  return { rollup: rollup.name, code, message: say(rollup, facts) };
}

/** All reason codes, in the order of docs/planner.md. */
export const reasonCodes = Object.keys(sentences) as readonly ReasonCode[];
