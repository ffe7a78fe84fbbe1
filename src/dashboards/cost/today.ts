import { literal } from '../../core/sql/quote';
import type { BuildSettings } from '../settings';
import type { DashboardSql, StatPanel, TimeseriesPanel } from '../spec';
import { costRows, spendOf } from './rows';

/** Whether the numbers come: as the tile of other dashboards, of the collector instead of rollups. */
export function logStat(sql: DashboardSql): StatPanel {
  return {
    kind: 'stat',
    title: 'Data',
    about: {
      what: 'Whether the numbers on this dashboard can be trusted just now, and the age of the newest minute that is known. *Late*: none for a quarter of an hour, so the collector is away, or ClickHouse keeps no query log; the rule `cost_budget` is held then. *Filling*: nothing is known yet.',
      how: 'Whatever range is chosen. `tidemark collect` reads `system.query_log` minute by minute (collect.clickhouse.queries), its own queries among them.',
      from: ['health_query'],
    },
    next: ['home'],
    filled: true,
    values: [
      { column: 'Verdict', metric: 'verdict' },
      { column: 'Age', metric: 'lags' },
    ],
    sql: `
      SELECT
        multiIf(count() = 0, 1, max(m) < now() - INTERVAL 15 MINUTE, 2, 0) ${sql.as('Verdict')},
        if(count() = 0, NULL, dateDiff('second', max(m) + INTERVAL 1 MINUTE, now())) ${sql.as('Age')}
      FROM ${sql.table('health_query')}
      WHERE m > now() - INTERVAL 8 DAY`,
  };
}

/** What rule cost_budget said. */
export function budgetStat(sql: DashboardSql): StatPanel {
  const said = (column: 'value' | 'threshold', subject: string) =>
    `anyOrNullIf(${column}, subject = ${literal(subject)})`;
  return {
    kind: 'stat',
    title: 'Today against the budget',
    about: {
      what: 'What the queries of today cost by the end of the day, beside what it may be: the budget, and the same weekday of other weeks times the limit. Above either the alert *Queries cost too much* fires.',
      how: 'What the rule said at its last look, whatever range is chosen: spent so far, and the median of what the rest of the day cost on the same weekdays of four weeks (of the last seven days, where fewer than three are known). In units of the currency that the prices have; prices and budget are limits of the rule `cost_budget`.',
      from: ['alerts_now'],
    },
    weight: 3,
    next: ['alerts'],
    values: [
      { column: 'By the end of the day', metric: 'spend' },
      { column: 'Budget', metric: 'spendLimit' },
      { column: 'Usual, times the limit', metric: 'spends' },
    ],
    sql: `
      SELECT
        ${said('value', 'budget')} ${sql.as('By the end of the day')},
        nullIf(${said('threshold', 'budget')}, 0) ${sql.as('Budget')},
        nullIf(${said('threshold', 'same weekdays')}, 0) ${sql.as('Usual, times the limit')}
      FROM ${sql.rollup('alerts_now')}
      WHERE rule = 'cost_budget' AND gone = 0`,
  };
}

/** What was used today. */
export function soFarStat(sql: DashboardSql, { timezone }: BuildSettings): StatPanel {
  const today = `m >= toDateTime(toDate(now(), ${literal(timezone)}), ${literal(timezone)})`;
  return {
    kind: 'stat',
    title: 'Today so far',
    about: {
      what: 'What the queries of the day that is running have cost until now, and what they used.',
      how: 'Today in the reporting zone, whatever range is chosen, without what the rest of the day will cost.',
      from: ['health_query', 'thresholds'],
    },
    weight: 3,
    values: [
      { column: 'Spent', metric: 'spend' },
      { column: 'Read', metric: 'readBytes' },
      { column: 'CPU time', metric: 'cpuSeconds' },
      { column: 'Queries', metric: 'queries' },
    ],
    sql: `
      SELECT
        ${spendOf(sql)} ${sql.as('Spent')}, sum(read_bytes) ${sql.as('Read')}, sum(cpu_s) ${sql.as('CPU time')}, sum(queries) ${sql.as('Queries')}
      FROM (${costRows(sql, today)}
      )`,
  };
}

/** Day by day. */
export function daysPanel(sql: DashboardSql, { timezone }: BuildSettings): TimeseriesPanel {
  const zone = literal(timezone);
  const day = `toDate(m, ${zone})`;
  const today = `toDate(now(), ${zone})`;
  return {
    kind: 'timeseries',
    title: 'Cost per day',
    about: {
      what: 'What the queries of each day cost, and the budget of a day. The paler bar is today so far.',
      how: 'Days of the reporting zone; the first of the range is counted whole. By the prices that are in force now.',
      from: ['health_query', 'thresholds'],
    },
    draw: 'bars',
    series: [
      { column: 'Cost', metric: 'spend', open: 'Cost, today so far' },
      { column: 'Budget', metric: 'spendLimit' },
    ],
    limitSeries: 'Budget',
    sql: `
      SELECT
        toDateTime(day, ${zone}) AS time,
        if(day < ${today}, cost, NULL) ${sql.as('Cost')}, if(day = ${today}, cost, NULL) ${sql.as('Cost, today so far')},
        nullIf(${sql.limit('cost_budget', 'budget')}, 0) ${sql.as('Budget')}
      FROM (
        SELECT ${day} AS day, ${spendOf(sql)} AS cost
        FROM (${costRows(sql, `m >= toDateTime(toDate($__fromTime, ${zone}), ${zone}) AND m < $__toTime`)}
        )
        GROUP BY day
      )
      ORDER BY time`,
  };
}
