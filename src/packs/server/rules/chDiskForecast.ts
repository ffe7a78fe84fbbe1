import type { AlertRule } from '../../rule';
import { lengthSql } from '../../ruleSql';
import { serverRule } from './common';
import { localDisks } from './disks';

/** Days that are as good as never. */
const longestDays = 30;

/** A disk will be full within a day. */
export const chDiskForecast: AlertRule = {
  name: 'ch_disk_forecast',
  title: 'Disk full within a day',
  description:
    'At the pace of the last six hours a disk is full within a day. The pace of the last hour counts where it is lower: a load that is over, or a large merge that holds its room for a while, wakes nobody.',
  severity: 'critical',
  subjects: 'disk',
  systemTables: ['disks'],
  limits: [{ name: 'soon', value: 86_400, unit: 'seconds', description: 'Time to a full disk that is too short.' }],
  unit: 'seconds',
  ...serverRule,
  summary: 'Disk {subject} is full in {value} if it goes on like this, sooner than {threshold}.',
  watches: { page: 'rollups', panel: 'Storage' },
  sql(kit) {
    const between = (from: number, to: number) =>
      `at > ${kit.now} - toIntervalMinute(${from}) AND at <= ${kit.now} - toIntervalMinute(${to})`;
    // Bytes a second that the disk lost: from the middle of one hour to that of another five hours later; from the middle of twenty
    // minutes to that of ten, 45 minutes later.
    const long = `(early - late) / (5 * 3600)`;
    const short = `(hour - last) / 2700`;
    return `
WITH least(${long}, ${short}) AS pace
SELECT name AS subject,
  least(toFloat64(${longestDays * 86_400}), if(known AND pace > 0, free / pace, ${longestDays * 86_400})) AS value,
  ${kit.limit('soon', 'name')} AS threshold,
  value < threshold AS firing,
  0 AS held,
  ${kit.now} AS as_of,
  multiIf(
    NOT known, 'Known for less than six hours: no pace yet.',
    pace <= 0, concat(formatReadableSize(free), ' are free; it does not fill up.'),
    concat(formatReadableSize(free), ' are free; it fills by ', formatReadableSize(pace * 3600), ' an hour (', formatReadableSize(greatest(0, ${long}) * 3600), ' over six hours, ', formatReadableSize(greatest(0, ${short}) * 3600), ' in the last), so it is full in ', ${lengthSql('free / pace')}, '.')) AS detail
FROM ${localDisks(kit)} AS disks
LEFT JOIN (
  SELECT name, avgIf(value, ${between(360, 300)}) AS early, avgIf(value, ${between(60, 0)}) AS late, avgIf(value, ${between(60, 40)}) AS hour, avgIf(value, ${between(10, 0)}) AS last,
    isFinite(early) AND isFinite(late) AND isFinite(hour) AND isFinite(last) AS known
  FROM ${kit.table('samples')}
  WHERE kind = 'disk' AND host = hostName() AND at > ${kit.now} - toIntervalHour(6) AND at <= ${kit.now}
  GROUP BY name
) AS samples USING (name)`;
  },
};
