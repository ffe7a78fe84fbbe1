import type { RetentionSpec } from '../../core/retention';
import { rareSeconds } from '../periods';
import type { FinishedRollup, RollupKey } from '../types';

/** Table of a saved retention's numbers, and of the first starts that it is counted from where it needs one of its own. */
export const retentionTable = (name: string): string => `retention_${name}`;
export const firstStartsTable = (name: string): string => `starts_${name}`;

/** Whether starts are told by the days of users alone, of which every installation knows the first. */
export const startsAreDays = ({ start, by, windows, breakdown }: RetentionSpec): boolean =>
  start === undefined && by === 'user' && windows === 'calendar' && breakdown === undefined;

/** Whether returns are told by the days of users alone. */
export const backsAreDays = ({ back, by, windows }: RetentionSpec): boolean =>
  back === undefined && by === 'user' && windows === 'calendar';

const placesOf = (areDays: boolean) => (areDays ? 'user_day' : 'step_day');

/** The rollups of a saved retention, in the order of their refreshes. */
export function retentionRollups(retention: RetentionSpec): readonly FinishedRollup[] {
  const { name, title, description, mode, interval, by } = retention;
  const starts = placesOf(startsAreDays(retention));
  const backs = placesOf(backsAreDays(retention));
  const hasOwnFirsts = mode === 'first-time' && !startsAreDays(retention);
  // A run reads as many days as the periods span, and nobody watches retention by the minute.
  const shared = { kind: 'finished', retention, everySeconds: rareSeconds } as const;
  const entity: RollupKey = { column: 'entity', from: by, type: by === 'user' ? 'source' : 'String' };
  const firsts: FinishedRollup = {
    ...shared,
    method: 'firstStarts',
    name: firstStartsTable(name),
    title: `First starts of ${title}`,
    description: `One row per entity that retention ${name} follows, with its first start ever.`,
    from: starts,
    keys: [entity],
    everySeconds: 60,
    columns: [
      { column: 'at', type: "DateTime64(3, 'UTC')", description: 'Moment of the first start.' },
      { column: 'grp', type: 'String', description: 'Value of the breakdown at the first start.' },
    ],
  };
  const rows: FinishedRollup = {
    ...shared,
    method: 'retentionRows',
    name: retentionTable(name),
    title: `Retention: ${title}`,
    description: `${description ?? `Who comes back: retention ${name} of tidemark.yaml.`} One row per interval (d), cohort, value of the breakdown and number of intervals since the return before, with how many came.`,
    from: backs,
    ...(starts !== backs && { beside: starts }),
    ...(mode === 'first-time' && { firsts: hasOwnFirsts ? firsts.name : 'user_first' }),
    keys: [
      { column: 'cohort', from: 'cohort', type: 'Date' },
      { column: 'grp', from: 'grp', type: 'LowCardinality(String)' },
      { column: 'gap', from: 'gap', type: 'UInt16' },
    ],
    columns: [
      {
        column: 'users',
        class: 'additive',
        description: `Distinct entities of the cohort that came in the ${interval} that begins on d, for the first time since gap ${interval}s before; with gap 0 those that make the cohort.`,
      },
    ],
  };
  return [...(hasOwnFirsts ? [firsts] : []), rows];
}
