import type { MarkedRelation, RetentionRelation, RetentionSpec } from '../../core/retention';
import { picked } from '../../core/retention';
import { ident } from '../../core/sql/quote';
import { backsAreDays, startsAreDays } from '../../packs/product/retention';
import type { Installation } from '../installation';
import { tableOf } from '../rollups/context';
import type { Finished } from '../rollups/installed';

/** A saved retention's rollup. */
export type RetentionRollup = Finished & { readonly retention: RetentionSpec };

/** A rollup of the methods `firstStarts` and `retentionRows`. Throws where it has no retention: no pack defines such. */
export function ofRetention(rollup: Finished): RetentionRollup {
  const { retention } = rollup;
  if (!retention) throw new Error(`Rollup ${rollup.name} of method ${rollup.method} names no retention.`);
  return { ...rollup, retention };
}

/** Name of a table of days or steps in the zone whose table is given: that has the zone's suffix. */
export const alike = (table: string, areDays: boolean): string =>
  table.replace(/^(user|step)_day/, areDays ? 'user_day' : 'step_day');

/** Days of users (`user_day`), by the table's name. */
export function daysRelation(installation: Installation, table: string): RetentionRelation {
  return { from: `${tableOf(installation, table)} FINAL`, entity: 'user', day: 'd', dimensions: {} };
}

/** Step rows, followed by the user or by a dimension. */
export function stepsRelation(installation: Installation, table: string, by: string): RetentionRelation {
  const dimensions = installation.sources.events?.stepDimensions ?? [];
  return {
    from: `${tableOf(installation, table)} FINAL`,
    entity: by === 'user' ? 'user' : ident(by),
    day: 'd',
    at: 'at',
    event: 'event',
    dimensions: Object.fromEntries(dimensions.map(({ name }) => [name, ident(name)])),
  };
}

/** Where a retention's starts and returns are looked for in the rollups: with one relation for both wherever one has both. */
export function markedRelations(
  installation: Installation,
  spec: RetentionSpec,
  table: string,
): { readonly start: MarkedRelation; readonly back: MarkedRelation } {
  const relation = (areDays: boolean) =>
    areDays
      ? daysRelation(installation, alike(table, true))
      : stepsRelation(installation, alike(table, false), spec.by);
  const back = relation(backsAreDays(spec));
  const start = startsAreDays(spec) === backsAreDays(spec) ? back : relation(startsAreDays(spec));
  return { start: picked(start, spec.start, spec.name), back: picked(back, spec.back, spec.name) };
}

/** The table of a marked relation without FINAL: what was written to it, deleted rows too. */
export const plainTable = ({ relation }: MarkedRelation): string => relation.from.replace(/ FINAL$/, '');
