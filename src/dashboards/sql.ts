import { ident, literal } from '../core/sql/quote';
import type { BuildSettings } from './settings';
import type { DashboardSql } from './spec';
import { tierSql } from './tiers';

/**
 * The zone of a bucket is read from the rollup's own `t`, not written down: a dashboard built for another zone still
 * knows which day is today. The engine folds it to a constant, so primary keys prune (seen in EXPLAIN indexes = 1).
 */
const zone = 'timezoneOf(t)';
const today = `toDate(now(), ${zone})`;
const firstDay = `toDate($__fromTime, ${zone})`;
// One second back: a range that ends at midnight does not contain the day that begins there.
const lastDay = `toDate($__toTime - INTERVAL 1 SECOND, ${zone})`;

/**
 * SQL pieces for dashboards, bound to a database and a week start.
 * @example dashboardSql(defaultSettings).rollup('user_day') // `tidemark`.`user_day` FINAL
 */
export function dashboardSql(settings: BuildSettings): DashboardSql {
  const { database, weekStart } = settings;
  const table = (name: string) => `${ident(database)}.${ident(name)}`;
  const weekOf = (day: string) => (weekStart === 'monday' ? `toMonday(${day})` : `toStartOfWeek(${day}, 0)`);
  // `sqlstring` quotes and escapes whatever a link puts into the variable; the engine refuses what is no unit.
  const truncated = (day: string) => `toDate(dateTrunc(\${grain:sqlstring}, ${day}))`;
  return {
    rollup: (name) => `${table(name)} FINAL`,
    table,
    as: (title) => `AS ${ident(title)}`,
    today,
    firstDay,
    lastDay,
    closedDay: `least(${lastDay}, ${today} - 1)`,
    weekOf,
    grainOf: (day) =>
      weekStart === 'monday' ? truncated(day) : `if(\${grain:sqlstring} = 'week', ${weekOf(day)}, ${truncated(day)})`,
    limit: (rule, name) =>
      `(SELECT value FROM ${table('thresholds')} WHERE rule = ${literal(rule)} AND name = ${literal(name)} AND subject = '' LIMIT 1)`,
    tiers: (family) => tierSql(settings, family),
    instant: (day) => `toDateTime(${day}, ${zone})`,
  };
}
