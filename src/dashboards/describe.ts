import { packs } from '../packs';
import { calmPeriods } from '../packs/periods';
import { healthTables } from '../packs/pipeline/health';
import { fail } from './errors';
import type { BuildSettings } from './settings';
import type { About } from './spec';

/** Tables and views of Tidemark's own book-keeping that a panel may read beside rollups, each with its freshness. */
const views: Readonly<Record<string, string>> = {
  rollup_status: 'Progress of the refreshes, asked at this moment.',
  done: 'Watermarks of the refreshes, asked at this moment; of the last 24 hours one by one.',
  refresh_log: 'Own history of the refreshes, one look a minute, kept 90 days; asked at this moment.',
  funnels:
    'Steps of all saved funnels per day of entry, made from their times, refreshed inside ClickHouse every 60 s.',
  funnels_time: 'The same by the time to each step, kept from step rows, refreshed inside ClickHouse every 60 s.',
  funnel_steps: 'Steps of the saved funnels, written by `tidemark migrate`; asked at this moment.',
  late: 'Days that rows came late for, kept 90 days; asked at this moment.',
  recounts: 'Days that were counted again from the source, kept 90 days; asked at this moment.',
  drift: 'Rows that a sweep found wrong, kept 90 days; asked at this moment.',
  retentions:
    'The cells of all saved retentions, from their tables, which are refreshed inside ClickHouse every 60 s (weeks and months: 300 s); asked at this moment.',
  catalog_answers: 'What the planner answers each question from, written by `tidemark migrate`; asked at this moment.',
  catalog_rollups: 'What `tidemark migrate` installed; asked at this moment.',
  catalog_rules: 'The alert rules, written by `tidemark migrate`; asked at this moment.',
  alerts_now: 'What each rule said when it was last looked at, once a minute inside ClickHouse; asked at this moment.',
  firings: 'The history of the alerts, one look a minute inside ClickHouse, kept 400 days; asked at this moment.',
  standing:
    'What fires, waits or is held, with what was said at the last look, once a minute inside ClickHouse; asked at this moment.',
  thresholds: 'The limits in force, edited ones first; asked at this moment.',
  limits: 'The same with what they are and where they come from; asked at this moment.',
  holidays: 'Days off work in force; asked at this moment.',
  expected_subjects: 'What rules expect to hear of, edited ones first; asked at this moment.',
  mutes: 'Mutes, as people wrote them; asked at this moment.',
  ...Object.fromEntries(
    healthTables.map(({ name, ttlDays }) => [
      name,
      `Looks of \`tidemark collect\`, every few seconds, kept ${ttlDays} days; asked at this moment.`,
    ]),
  ),
};

/** Those that keep several versions of a row. */
const versioned: readonly string[] = ['alerts_now'];

/** Names of {@link views} that are read without FINAL. */
export const bookKeeping: readonly string[] = Object.keys(views).filter((name) => !versioned.includes(name));

/** Tables of all packs, those of a family one each. */
const rollups = packs.flatMap((pack) =>
  pack.rollups.flatMap((rollup) => {
    const tiers = rollup.kind === 'places' && rollup.tiers.length > 1 ? rollup.tiers.map((t) => `_${t}`) : [''];
    return tiers.map((tier) => ({ ...rollup, name: `${rollup.name}${tier}`, isUpper: tier !== (tiers[0] ?? '') }));
  }),
);

/** Where a panel stands, for the message if its description is wrong. */
export interface PanelPlace {
  readonly dashboard: string;
  readonly panel: string;
}

/**
 * The text behind a panel's (i), as markdown: what it is, how computed, from which rollup, how fresh.
 * Throws `unknown_rollup` for a name that no pack defines.
 */
export function describe(about: About, settings: BuildSettings, place: PanelPlace): string {
  const sources = about.from.map((name) => `- \`${name}\`: ${freshness(name, settings, place)}`);
  return [
    about.what,
    `**How:** ${about.how}`,
    ...(sources.length > 0 ? [`**From, and how fresh:**\n${sources.join('\n')}`] : []),
  ].join('\n\n');
}

function freshness(name: string, settings: BuildSettings, place: PanelPlace): string {
  const view = views[name];
  if (view) return view;
  const rollup = rollups.find((r) => r.name === name);
  if (!rollup) {
    const known = [...rollups.map((r) => r.name), ...Object.keys(views)];
    throw fail('unknown_rollup', { ...place, rollup: name, known });
  }
  const least =
    rollup.kind === 'finished' ? rollup.everySeconds : rollup.isUpper ? calmPeriods * settings.everySeconds : 0;
  const every = Math.max(least, settings.everySeconds);
  const wait = settings.delaySeconds === 0 ? '' : ` A row counts once it is ${settings.delaySeconds} s old.`;
  return `${rollup.title.toLowerCase()}, refreshed inside ClickHouse every ${every} s.${wait}`;
}
