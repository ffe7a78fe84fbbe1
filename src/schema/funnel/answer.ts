import { dayStart, dayText } from '../../core/metrics/calendar';
import { checkFunnel } from '../../core/funnel/check';
import type { FunnelInput } from '../../core/funnel/entries';
import { funnelDimensions, funnelEvents } from '../../core/funnel/picks';
import { followedRows, rawFunnelRows } from '../../core/funnel/rawRows';
import type { FunnelSpec } from '../../core/funnel/spec';
import { funnelTableSql, savedFunnelTableSql } from '../../core/funnel/table';
import { literal } from '../../core/sql/quote';
import { fail } from '../errors';
import type { Installation, Source } from '../installation';
import { plannerCatalogue } from '../ddl/plannerCatalogue';
import { isDate } from '../rollups/columns';
import { tableOf } from '../rollups/context';
import { installedRollups, zoneSuffix } from '../rollups/installed';
import { funnelTimeTable } from '../rollups/savedFunnels';

/** What is asked of a funnel. */
export interface FunnelQuestion {
  readonly funnel: FunnelSpec;
  /** Numbers of the first and last day of entry in the zone, since 1970. */
  readonly firstDay: number;
  readonly lastDay: number;
  readonly timezone: string;
  /** Each entity once per day of entry, or once altogether. */
  readonly count: 'entries' | 'users';
  /** When windows are open or over, ms since 1970. */
  readonly nowMs: number;
}

/** Where the answer comes from. */
export interface FunnelAnswer {
  /** SELECT of rows `FunnelRow` (core/funnel/table). */
  readonly sql: string;
  /** Table that is read: `funnel_<name>_time`, `step_day`, or the source (`database.table`). */
  readonly from: string;
  /** Whether it is a rollup, whose freshness `rollup_status` tells. */
  readonly isRollup: boolean;
}

/**
 * How a funnel is answered: a saved one, asked as it is saved, from its own table; any other from step rows where these hold all
 * events and dimensions that it looks at; else from the source's rows. Throws where the funnel means nothing, names a dimension
 * that is none, or role events is not mapped.
 */
export function funnelAnswer(installation: Installation, question: FunnelQuestion): FunnelAnswer {
  const { funnel, firstDay, lastDay, timezone, count, nowMs } = question;
  checkFunnel(funnel);
  const source = installation.sources.events;
  if (!source) throw fail('funnel_without_events', { funnel: funnel.name });
  for (const dimension of funnelDimensions(funnel)) {
    if (!source.dimensions.includes(dimension))
      throw fail('funnel_dimension', { funnel: funnel.name, dimension, accepted: source.dimensions });
  }
  const day = (n: number) => `toDate(${literal(dayText(n))})`;
  const zones = [installation.timezone, ...installation.zones];
  const zone = isDate(source) ? 'UTC' : timezone;
  if (count === 'entries' && installation.funnels.includes(funnel) && zones.includes(timezone)) {
    const from = `${funnelTimeTable(funnel.name)}${isDate(source) ? '' : zoneSuffix(timezone, installation)}`;
    return { sql: savedFunnelTableSql(tableOf(installation, from), day(firstDay), day(lastDay)), from, isRollup: true };
  }
  const input: Omit<FunnelInput, 'rows'> = {
    timezone: zone,
    from: day(firstDay),
    to: day(lastDay),
    now: `fromUnixTimestamp64Milli(${nowMs}, 'UTC')`,
    per: count === 'users' ? 'range' : 'day',
  };
  if (hasSteps(installation, source, funnel)) {
    // Days of step rows are those of the reporting zone: one more on each side.
    const last = lastDay + 1 + Math.ceil(funnel.windowMs / 86_400_000) + 1;
    const events =
      funnel.order === 'strict'
        ? []
        : [
            `event IN (${funnelEvents(funnel)
              .map((e) => literal(e))
              .join(', ')})`,
          ];
    const where = [`d >= ${day(Math.max(firstDay - 1, 0))}`, `d <= ${day(last)}`, ...events];
    const rows = followedRows(funnel, 'at', `${tableOf(installation, 'step_day')} FINAL`, where);
    return { sql: funnelTableSql(funnel, { ...input, rows }), from: 'step_day', isRollup: true };
  }
  const spec = plannerCatalogue(installation, new Map()).sources.find((s) => s.role === 'events');
  if (!spec) throw fail('funnel_without_events', { funnel: funnel.name });
  const toMs = dayStart(lastDay + 1, zone) + funnel.windowMs + 1;
  const rows = rawFunnelRows(spec, funnel, dayStart(firstDay, zone), toMs);
  return { sql: funnelTableSql(funnel, { ...input, rows }), from: source.table, isRollup: false };
}

/** Whether step rows are kept of all that a funnel looks at. */
function hasSteps(installation: Installation, source: Source, funnel: FunnelSpec): boolean {
  if (!installedRollups(installation).some((r) => r.rollup.name === 'step_day')) return false;
  const events =
    source.allSteps || (funnel.order !== 'strict' && funnelEvents(funnel).every((e) => source.steps.includes(e)));
  const carried = source.stepDimensions.map((d) => d.name);
  return events && funnelDimensions(funnel).every((d) => carried.includes(d));
}
