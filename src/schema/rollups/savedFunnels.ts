import { checkFunnel } from '../../core/funnel/check';
import type { FunnelSpec } from '../../core/funnel/spec';
import { rareSeconds } from '../../packs/periods';
import type { FinishedColumn, FinishedRollup, Metric, Pack, RollupKey } from '../../packs/types';
import type { Installation } from '../installation';

/** Table of a saved funnel: entries per day, value of the breakdown and step. */
export const funnelTable = (name: string): string => `funnel_${name}`;
/** The same split by the time that it took to come to the step. */
export const funnelTimeTable = (name: string): string => `funnel_${name}_time`;

/** A pack with what the saved funnels of an installation add to it. Throws where one of them means nothing. */
export function withFunnels(pack: Pack, { funnels }: Installation): Pack {
  if (pack.name !== 'product' || funnels.length === 0) return pack;
  for (const funnel of funnels) checkFunnel(funnel);
  return {
    ...pack,
    rollups: [...pack.rollups, ...funnels.flatMap(rollupsOf)],
    metrics: [...pack.metrics, ...funnels.flatMap(metricsOf)],
  };
}

const open: FinishedColumn = {
  column: 'open',
  class: 'additive',
  description: 'Of these, entries whose conversion window is not over yet.',
};

function rollupsOf(funnel: FunnelSpec): readonly FinishedRollup[] {
  const { name, title, breakdown = '' } = funnel;
  const group: RollupKey = { column: 'grp', from: breakdown, type: 'LowCardinality(String)' };
  const step: RollupKey = { column: 'step', from: 'step', type: 'UInt8' };
  const entries = {
    column: 'entries',
    class: 'additive',
    description: 'Entries of the day that reached the step.',
  } as const;
  // Five minutes, as saved retentions: windows end by themselves, so all days with an open one are counted again each time.
  const shared = { kind: 'finished', everySeconds: rareSeconds, funnel } as const;
  const numbers = funnel.steps.map((s, i) => `${i + 1} ${s.title ?? s.event}`).join(', ');
  return [
    {
      ...shared,
      method: 'funnelTimes',
      name: funnelTimeTable(name),
      title: `${title}: times to convert`,
      description: `Entries of funnel ${name} per day of entry, step (${numbers}) and time from the entry to the step, in buckets of 5 %: 0 at once, n from 1.05^(n-1) ms on.`,
      from: 'step_day',
      keys: [group, step, { column: 'bucket', from: 'bucket', type: 'UInt16' }],
      columns: [entries, open],
    },
    {
      ...shared,
      method: 'funnelDays',
      name: funnelTable(name),
      title: `${title}: steps per day`,
      description: `Entries of funnel ${name} per day of entry and step (${numbers}). The days of the last window may still convert.`,
      from: funnelTimeTable(name),
      keys: [group, step],
      columns: [
        entries,
        open,
        { column: 'entered', class: 'additive', description: 'The entries of step 1; 0 in rows of other steps.' },
        {
          column: 'converted',
          class: 'additive',
          description: 'The entries of the last step; 0 in rows of other steps.',
        },
      ],
    },
  ];
}

function metricsOf({ name, title, breakdown }: FunnelSpec): readonly Metric[] {
  const shared = { rollup: funnelTable(name), dimensions: breakdown === undefined ? [] : [breakdown] };
  return [
    {
      ...shared,
      name: `funnel_${name}_entries`,
      title: `${title}: entries`,
      description: `Who entered funnel ${name}, told by the day of entry; each counts once per day.`,
      unit: 'short',
      class: 'additive',
      sql: 'sum(entered)',
    },
    {
      ...shared,
      name: `funnel_${name}_conversion`,
      title: `${title}: conversion`,
      description: `Share of the entries into funnel ${name} that came to its last step within the conversion window, told by the day of entry. Days of the last window may still rise.`,
      unit: 'percentunit',
      class: 'ratio',
      sql: 'if(sum(entered) = 0, NULL, sum(converted) / sum(entered))',
      weight: 'sum(entered)',
    },
  ];
}
