import { packs } from '../packs';
import { fail } from './errors';
import type { BuildSettings } from './settings';
import type { About } from './spec';

/** Views of Tidemark's own book-keeping that a panel may read beside rollups. */
const views: Readonly<Record<string, string>> = { rollup_status: 'Progress of the refreshes, asked at this moment.' };

const rollups = packs.flatMap((pack) => pack.rollups);

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
  const every = rollup.kind === 'activeDays' ? rollup.everySeconds : settings.everySeconds;
  const wait = settings.delaySeconds === 0 ? '' : ` A row counts once it is ${settings.delaySeconds} s old.`;
  return `${rollup.title.toLowerCase()}, refreshed inside ClickHouse every ${every} s.${wait}`;
}
