import { literal, qualified } from '../../core/sql/quote';
import type { Installation, Source } from '../installation';
import { isDate } from './columns';

/** What all values of a capped key that are not in its list are called. */
export const otherValue = '(other)';

/**
 * A key's value (SQL of a String) where only the values of a list are kept apart. Which list counts is decided by the day of
 * the reporting zone on which the row lies: lists are only ever added for days to come, so that what was counted on a day
 * stays under its name.
 * @param instant SQL of the row's moment (of the day, where the source knows only days).
 */
export function capped(
  { installation, source }: { readonly installation: Installation; readonly source: Source },
  logical: string,
  value: string,
  instant: string,
): string {
  const lists = `${qualified(`${installation.database}.top_values`)} WHERE role = ${literal(source.role)} AND dimension = ${literal(logical)}`;
  const day = isDate(source) ? `toDate(${instant})` : `toDate(${instant}, ${literal(installation.timezone)})`;
  const since = `arrayMax(arrayFilter(s -> s <= ${day}, (SELECT groupUniqArray(since) FROM ${lists})))`;
  return `if((${since}, ${value}) IN (SELECT since, value FROM ${lists}), ${value}, ${literal(otherValue)})`;
}
