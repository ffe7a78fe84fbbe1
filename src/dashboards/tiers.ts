import { ident, literal } from '../core/sql/quote';
import type { BuildSettings } from './settings';
import type { TierSql } from './spec';

const daySeconds = 86_400;
/** Longest range that is drawn from minutes, from quarter hours one by one, and from quarter hours at all. Seconds. */
const longest = { minutes: 6 * 3600, quarters: 3 * daySeconds, hours: 15 * daySeconds } as const;

/**
 * SQL that reads a family of rollups from the tier which suits the range: minutes up to 6 hours, quarter hours up to 3 days,
 * hours made of them up to 15 days, days beyond; and from a coarser one where the finer is not kept that long. Which one is
 * a constant to the engine, so the tables of the others are not touched (operations.chdb.test.ts looks into EXPLAIN).
 * @example tierSql(settings, 'request').named // multiIf(…) AS tier, ifNull((SELECT hi …), now64(3)) AS mark
 */
export function tierSql(settings: BuildSettings, family: string): TierSql {
  const { database, minuteDays, quarterDays } = settings;
  const zone = literal(settings.timezone);
  const table = (name: string) => `${ident(database)}.${ident(name)}`;
  const rollup = (grain: string) => `${table(`${family}_${grain}`)} FINAL`;
  /** Whether the tier has every bucket from an instant on. */
  const keeps = (days: number, from: string) => `${from} >= toDateTime(toDate(now(), ${zone}) - ${days - 1}, ${zone})`;
  const markOf = (view: string) =>
    `ifNull((SELECT hi FROM ${table('done')} WHERE view = ${view} ORDER BY at DESC LIMIT 1), now64(3))`;
  const hours = `toStartOfInterval(${'$__fromTime'}, INTERVAL 1 HOUR, ${zone})`;
  const day = `toDate($__fromTime, ${zone})`;
  const lastDay = `toDate(least($__toTime, mark), ${zone})`;
  const branch = (
    grain: string,
    time: string,
    columns: string,
    within: string,
    where: string | undefined,
    tier = grain,
  ) =>
    `SELECT ${time} AS time, ${columns} FROM ${rollup(grain)} WHERE tier = '${tier}' AND ${within}${where ? ` AND ${where}` : ''}`;
  /** The width of quarter buckets as drawn. */
  const isFine = `$__toTime - $__fromTime <= ${longest.quarters}`;
  const quarterFrom = `if(${isFine}, toStartOfFifteenMinutes($__fromTime), ${hours})`;
  const instants = (from: string, step: string, to: string) =>
    `arrayMap(s -> toDateTime(s, ${zone}), range(toUInt32(${from}), toUInt32(${to}) + 1, ${step}))`;
  const minuteRows = (columns: string, where?: string) =>
    branch('minute', `toDateTime(m, ${zone})`, columns, '$__timeFilter(m)', where);
  const dayRows = (columns: string, where?: string) => branch('day', 't', columns, '$__dateFilter(d)', where);
  // Days that lie in the range with all their quarter hours: from the first to before the second.
  const wholeDays = [`toDate(${quarterFrom} - 1, ${zone}) + 1`, `toDate($__toTime, ${zone})`] as const;
  const [wholeFrom, wholeTo] = wholeDays.map((d) => `toDateTime(${d}, ${zone})`);
  return {
    tables: ['done', ...['minute', 'quarter', 'day'].map((grain) => `${family}_${grain}`)],
    named: `multiIf(
          $__toTime - $__fromTime <= ${longest.minutes} AND ${keeps(minuteDays, '$__fromTime')}, 'minute',
          $__toTime - $__fromTime <= ${longest.hours} AND ${keeps(quarterDays, '$__fromTime')}, 'quarter',
          'day') AS tier,
        ${markOf(`concat(${literal(`${family}_`)}, tier)`)} AS mark`,
    rows: (columns, where) => `(
          ${minuteRows(columns, where)}
          UNION ALL
          ${branch('quarter', `toDateTime(if(${isFine}, m, toStartOfInterval(m, INTERVAL 1 HOUR, ${zone})), ${zone})`, columns, `m >= ${quarterFrom} AND m <= $__toTime`, where)}
          UNION ALL
          ${dayRows(columns, where)}
        )`,
    whole: (columns, where) => `(
          ${minuteRows(columns, where)}
          UNION ALL
          ${branch('quarter', `toDateTime(m, ${zone})`, columns, `m >= ${quarterFrom} AND m <= $__toTime AND (m < ${wholeFrom} OR m >= ${wholeTo})`, where)}
          UNION ALL
          ${dayRows(columns, where)}
          UNION ALL
          ${branch('day', 't', columns, `d >= ${wholeDays[0]} AND d < ${wholeDays[1]}`, where, 'quarter')}
        )`,
    grid: (zeros) => `(
          SELECT arrayJoin(multiIf(
            tier = 'minute', ${instants('toStartOfMinute($__fromTime + INTERVAL 59 SECOND)', '60', 'least($__toTime, mark)')},
            tier = 'quarter', ${instants(quarterFrom, `if(${isFine}, 900, 3600)`, 'least($__toTime, mark)')},
            arrayMap(n -> toDateTime(${day} + n, ${zone}), range(toUInt32(greatest(0, ${lastDay} - ${day} + 1)))))) AS time, ${zeros}
          WHERE time >= toDateTime((SELECT min(d) FROM ${rollup('day')}), ${zone})
        )`,
    ends: `if(tier = 'day', toDateTime(toDate(time, ${zone}) + 1, ${zone}), time + if(tier = 'minute', 60, if(${isFine}, 900, 3600)))`,
    recent: (columns, where) => {
      const minuteEdge = `toStartOfMinute(least($__toTime, ${markOf(literal(`${family}_minute`))}))`;
      const quarterEdge = `toStartOfFifteenMinutes(least($__toTime, ${markOf(literal(`${family}_quarter`))}))`;
      const kept = keeps(minuteDays, `${minuteEdge} - 300`);
      const part = (grain: string, edge: string, seconds: number, guard: string) =>
        `SELECT ${seconds} AS seconds, ${columns} FROM ${rollup(grain)} WHERE ${guard} AND m >= ${edge} - ${seconds} AND m < ${edge} AND ${where}`;
      return `(
          ${part('minute', minuteEdge, 300, kept)}
          UNION ALL
          ${part('quarter', quarterEdge, 900, `NOT (${kept})`)}
        )`;
    },
    recentTables: ['done', `${family}_minute`, `${family}_quarter`],
    quarterWeekBefore: `toStartOfFifteenMinutes(toDateTime(least($__toTime, ${markOf(literal(`${family}_minute`))}) - 150, ${zone}) - INTERVAL 7 DAY)`,
  };
}
