import { adHocFilters } from './expression/adHocFilters';
import { columns } from './statement/columns';
import { conditionalAll } from './template/conditionalAll';
import { dateFilter } from './expression/dateFilter';
import { dateTimeFilter } from './expression/dateTimeFilter';
import { delta } from './statement/delta';
import { deltaColumns } from './statement/deltaColumns';
import { deltaColumnsAggregated } from './statement/deltaColumnsAggregated';
import { dt } from './expression/dt';
import { fromTime } from './expression/fromTime';
import { fromTimeMs } from './expression/fromTimeMs';
import { increase } from './statement/increase';
import { increaseColumns } from './statement/increaseColumns';
import { increaseColumnsAggregated } from './statement/increaseColumnsAggregated';
import { interval } from './expression/interval';
import { intervalMs } from './expression/intervalMs';
import { intervalSeconds } from './expression/intervalSeconds';
import { lttb } from './statement/lttb';
import { lttbColumns } from './statement/lttbColumns';
import { naturalTimeSeries } from './expression/naturalTimeSeries';
import { perSecond } from './statement/perSecond';
import { perSecondColumns } from './statement/perSecondColumns';
import { perSecondColumnsAggregated } from './statement/perSecondColumnsAggregated';
import { range } from './expression/range';
import { rangeMs } from './expression/rangeMs';
import { rangeSeconds } from './expression/rangeSeconds';
import { rate } from './statement/rate';
import { rateColumns } from './statement/rateColumns';
import { rateColumnsAggregated } from './statement/rateColumnsAggregated';
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
  naturalTimeSeries,
  interval,
  intervalSeconds,
  intervalMs,
  range,
  rangeSeconds,
  rangeMs,
  conditionalAll,
  adHocFilters,
  columns,
  rateColumns,
  perSecondColumns,
  increaseColumns,
  deltaColumns,
  rate,
  perSecond,
  increase,
  delta,
  rateColumnsAggregated,
  perSecondColumnsAggregated,
  increaseColumnsAggregated,
  deltaColumnsAggregated,
  lttb,
  lttbColumns,
];

const byName = new Map(macros.map((macro) => [macro.name, macro]));

/** The macro of that whole name (`$__…`), so `$__timeFilter_ms` is never taken for `$__timeFilter`. */
export function macroNamed(name: string): Macro | undefined {
  return byName.get(name);
}
