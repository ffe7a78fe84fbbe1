import type { Installation } from '../installation';
import { nextListsSelect } from '../tops/rank';
import { refreshable } from './views';

/** Writes the lists of tomorrow once a day, where a key is capped. */
export function topsViews(installation: Installation): readonly { readonly name: string; readonly ddl: string }[] {
  const select = nextListsSelect(installation);
  if (select === undefined) return [];
  return [
    {
      name: 'top_values_v',
      ddl: refreshable(installation, 'top_values_v', 'REFRESH EVERY 1 DAY OFFSET 2 HOUR', 'top_values', select),
    },
  ];
}
