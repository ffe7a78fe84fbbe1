import { literal } from '../../core/sql/quote';
import type { BuildSettings } from '../settings';
import type { DashboardSql, TablePanel } from '../spec';

/** Per role: what came late, what too late. */
export function lateTable(sql: DashboardSql): TablePanel {
  return {
    kind: 'table',
    title: 'Rows that came late',
    about: {
      what: 'Rows that arrived within the range, for days so long ago that the ordinary refresh does not look at them any more (refresh.freshDays): their days are queued and counted again. *Sealed* ones belong to days that the source does not have whole any more (keepsDays): they are not counted at all.',
      how: 'Rows by the time at which they were seen, not by the time that they tell. A changed row of a class *moving* counts on each day it ever was on. A first filling counts too.',
      from: ['late'],
    },
    columns: [
      { name: 'Role', width: 115 },
      { name: 'Late rows', metric: 'rows' },
      { name: 'Days', metric: 'days', width: 80 },
      { name: 'Oldest day', metric: 'day', width: 115 },
      { name: 'Sealed rows', metric: 'wrongRows', coloured: 'text' },
    ],
    sql: `
      SELECT
        role ${sql.as('Role')},
        sumIf(rows, sealed = 0) ${sql.as('Late rows')},
        uniqExact(d) ${sql.as('Days')},
        toString(min(d)) ${sql.as('Oldest day')},
        sumIf(rows, sealed = 1) ${sql.as('Sealed rows')}
      FROM ${sql.table('late')}
      WHERE $__timeFilter(at) AND rows > 0
      GROUP BY role
      ORDER BY sum(rows) DESC, role`,
  };
}

/** What the planner answers from: hits name a rollup, misses read raw rows. */
export function answersTable(sql: DashboardSql): TablePanel {
  const answer = (interval: string) =>
    `anyIf(answer, interval = '${interval}') ${sql.as(interval.charAt(0).toUpperCase() + interval.slice(1))}`;
  return {
    kind: 'table',
    title: 'What each question is answered from',
    about: {
      what: 'For each metric, grouped by each dimension: the rollup that the planner reads, interval by interval. *raw rows*: no rollup gives the exact answer; *refused*: there is none. Questions that read raw rows by the day or longer come first: keep what they group by (roles.….dimensions) or ask them seldom.',
      how: 'Planned for an ordinary range of each interval, all rollups fresh. `tidemark explain METRIC` shows the statement, and why each rollup was passed over.',
      from: ['catalog_answers'],
    },
    columns: [
      { name: 'Metric', width: 150 },
      { name: 'By', width: 85 },
      ...['Minute', 'Hour', 'Day', 'Week', 'Month'].map(
        (name) => ({ name, metric: 'answer', coloured: 'text', width: 120 }) as const,
      ),
      { name: 'Why not from a rollup' },
    ],
    sql: `
      SELECT
        metric ${sql.as('Metric')},
        arrayStringConcat(by, ', ') ${sql.as('By')},
        ${['minute', 'hour', 'day', 'week', 'month'].map(answer).join(',\n        ')},
        argMaxIf(why, (answer = 'raw', width), why != '') ${sql.as('Why not from a rollup')}
      FROM (
        SELECT
          metric, by, interval,
          indexOf(['minute', 'hour', 'day', 'week', 'month'], interval) AS width,
          multiIf(rollup != '', rollup, refused != '', 'refused', 'raw') AS answer,
          multiIf(rollup != '', '', refused != '', refused, splitByString(': ', splitByChar('\\n', reasons)[1])[-1]) AS why
        FROM ${sql.table('catalog_answers')}
      )
      GROUP BY metric, by
      ORDER BY countIf(answer = 'raw' AND width > 2) DESC, countIf(answer = 'raw') DESC, metric, by`,
  };
}

/** Rows and bytes of all tables of ours and of the sources, from a system table that ClickHouse opens to every user. */
export function storageTable(sql: DashboardSql, { database }: BuildSettings): TablePanel {
  const catalogue = sql.table('catalog_rollups');
  return {
    kind: 'table',
    title: 'Storage',
    about: {
      what: 'Rows and bytes on disk of the sources, of the rollups and of Tidemark’s own tables.',
      how: 'As `system.tables` tells it, of tables that the data source’s user may read; superseded rows count until ClickHouse has merged them away.',
      from: ['catalog_rollups'],
    },
    columns: [
      { name: 'Table' },
      { name: 'Kind', width: 85 },
      { name: 'Rows', metric: 'rows', width: 100 },
      { name: 'Size', metric: 'storage', width: 90 },
    ],
    sql: `
      SELECT
        if(database = ${literal(database)}, name, concat(database, '.', name)) ${sql.as('Table')},
        multiIf(
          database != ${literal(database)}, 'source',
          name IN (SELECT name FROM ${catalogue}), 'rollup',
          'own') ${sql.as('Kind')},
        total_rows ${sql.as('Rows')},
        total_bytes ${sql.as('Size')}
      FROM system.tables
      WHERE isNotNull(total_bytes)
        AND (database = ${literal(database)}
          OR (database, name) IN (
            SELECT if(position(source, '.') = 0, ('default', source), (substringIndex(source, '.', 1), substring(source, position(source, '.') + 1)))
            FROM ${catalogue}))
      ORDER BY total_bytes DESC, database, name`,
  };
}
