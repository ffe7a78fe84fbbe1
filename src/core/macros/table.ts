import { adHocFilters } from './expression/adHocFilters';
import { conditionalAll } from './template/conditionalAll';
import { dateFilter } from './expression/dateFilter';
import { dateTimeFilter } from './expression/dateTimeFilter';
import { dt } from './expression/dt';
import { fromTime } from './expression/fromTime';
import { fromTimeMs } from './expression/fromTimeMs';
import { intervalSeconds } from './expression/intervalSeconds';
import { timeFilter } from './expression/timeFilter';
import { timeFilterMs } from './expression/timeFilterMs';
import { timeFrom } from './expression/timeFrom';
import { timeGroup } from './expression/timeGroup';
import { timeInterval } from './expression/timeInterval';
import { timeIntervalMs } from './expression/timeIntervalMs';
import { timeTo } from './expression/timeTo';
import { toTime } from './expression/toTime';
import { toTimeMs } from './expression/toTimeMs';
import type { Macro } from './macro';

/** Every macro, in the order of the docs. One file each; expansion, docs and completion read this and nothing else. */
export const macros: readonly Macro[] = [
  timeFilter,
  timeFilterMs,
  dateFilter,
  dateTimeFilter,
  dt,
  timeFrom,
  timeTo,
  fromTime,
  toTime,
  fromTimeMs,
  toTimeMs,
  timeInterval,
  timeIntervalMs,
  timeGroup,
  intervalSeconds,
  conditionalAll,
  adHocFilters,
];

const byName = new Map(macros.map((macro) => [macro.name, macro]));

/** The macro of that whole name (`$__…`), so `$__timeFilter_ms` is never taken for `$__timeFilter`. */
export function macroNamed(name: string): Macro | undefined {
  return byName.get(name);
}

/** How a call is written. @example usage(dateTimeFilter) // $__dateTimeFilter(date, time) */
export function usage(macro: Macro): string {
  if (macro.arguments.length === 0) return macro.name;
  return `${macro.name}(${macro.arguments.map((a) => (a.repeated ? `${a.name}, …` : a.name)).join(', ')})`;
}
