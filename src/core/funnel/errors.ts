import { errorTable } from '../errors';

const list = (values: readonly (string | number)[]) => values.join(', ');

/** Sentences about funnels that mean nothing. Steps and exclusions are counted from 1. */
export const fail = errorTable({
  funnel_too_short: (f: { funnel: string; steps: number }) =>
    `Funnel ${f.funnel} has ${f.steps === 1 ? 'one step' : 'no steps'}: conversion needs at least two. Name a second event.`,
  funnel_too_long: (f: { funnel: string; steps: number; most: number }) =>
    `Funnel ${f.funnel} has ${f.steps} steps, at most ${f.most} are counted. Split it in two.`,
  funnel_bad_window: (f: { funnel: string; windowMs: number; mostDays: number }) =>
    `Funnel ${f.funnel} has a conversion window of ${f.windowMs} ms: it has to be a whole number of milliseconds above zero and at most ${f.mostDays} days, such as 14d.`,
  funnel_empty_event: (f: { funnel: string; place: string }) =>
    `Funnel ${f.funnel}, ${f.place}: no event is named. Name one as it stands in the events table.`,
  funnel_empty_filter: (f: { funnel: string; place: string; dimension: string }) =>
    `Funnel ${f.funnel}, ${f.place}: the filter on ${f.dimension} names no value. Name at least one, or leave it out.`,
  funnel_optional_end: (f: { funnel: string; step: number; event: string; end: 'first' | 'last' }) =>
    `Funnel ${f.funnel}: step ${f.step} (${f.event}) is optional, but it is the ${f.end} one, which nobody can leave out. Take "optional" away from it.`,
  funnel_optional_order: (f: { funnel: string; step: number; event: string; order: string }) =>
    `Funnel ${f.funnel}: step ${f.step} (${f.event}) is optional, which means something in the order "ordered" only, not in "${f.order}". Take "optional" away, or change the order.`,
  funnel_optional_row: (f: { funnel: string; step: number; other: number; event: string }) =>
    `Funnel ${f.funnel}: one row of ${f.event} could be both optional step ${f.step} and step ${f.other}. Give them filters that no row fulfils together, or make step ${f.step} a step like the others.`,
  funnel_optional_run: (f: { funnel: string; step: number; most: number }) =>
    `Funnel ${f.funnel}: more than ${f.most} optional steps follow each other from step ${f.step} on. Put a step between them that nobody may leave out, or leave some out.`,
  funnel_exclusion_order: (f: { funnel: string; exclusion: number; event: string; order: string }) =>
    `Funnel ${f.funnel}: exclusion ${f.exclusion} (${f.event}) is refused, because in the order "${f.order}" ${f.order === 'strict' ? 'every other event between two steps already ends the way' : 'there is no "between two steps"'}. Leave it out, or use the order "ordered".`,
  funnel_exclusion_steps: (f: {
    funnel: string;
    exclusion: number;
    event: string;
    after: number;
    before: number;
    steps: number;
  }) =>
    `Funnel ${f.funnel}: exclusion ${f.exclusion} (${f.event}) lies after step ${f.after} and before step ${f.before}; both have to be steps from 1 to ${f.steps}, "after" the lower one.`,
  funnel_exclusion_optional: (f: { funnel: string; exclusion: number; event: string; step: number }) =>
    `Funnel ${f.funnel}: exclusion ${f.exclusion} (${f.event}) begins or ends at step ${f.step}, which is optional and may be missing. Name a step that nobody may leave out.`,
  funnel_exclusion_row: (f: { funnel: string; exclusion: number; event: string; step: number }) =>
    `Funnel ${f.funnel}: exclusion ${f.exclusion} (${f.event}) would void every way that reaches step ${f.step}, which lies inside it and is the same event. Exclude another event, or end it at step ${f.step}.`,
  funnel_unordered_row: (f: { funnel: string; step: number; other: number; event: string }) =>
    `Funnel ${f.funnel}: one row of ${f.event} could be both step ${f.step} and step ${f.other}, which the order "unordered" cannot tell apart. Give them filters that no row fulfils together, or use the order "ordered".`,
  funnel_attribution: (f: { funnel: string; step: number; steps: number }) =>
    `Funnel ${f.funnel}: the breakdown is told by step ${f.step}, but there are only steps 1 to ${f.steps}. Use first, last or one of them.`,
  funnel_attribution_alone: (f: { funnel: string; attribution: string }) =>
    `Funnel ${f.funnel}: attribution "${f.attribution}" says whose value of the breakdown counts, but there is no breakdown. Name a dimension, or leave the attribution out.`,
  funnel_facts: (f: { funnel: string; bits: number; most: number }) =>
    `Funnel ${f.funnel}: its steps share so many events under different filters that ${f.bits} things would have to be known of each moment, at most ${f.most} are. Use fewer filters on the same event.`,
  funnel_by: (f: { funnel: string }) =>
    `Funnel ${f.funnel}: "by" names nobody. Use user, or a dimension such as account.`,
  unknown_funnel: (f: { funnel: string; accepted: readonly string[] }) =>
    `There is no saved funnel "${f.funnel}". ${f.accepted.length > 0 ? `Saved are: ${list(f.accepted)}` : 'None is saved: write one under `funnels:`'}, or name steps with --steps.`,
});
