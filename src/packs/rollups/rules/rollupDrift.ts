import type { AlertRule } from '../../rule';
import { countSql, lengthSql, orNothing, percentSql } from '../../ruleSql';

/** Rollups that differ from their sources. */
export const rollupDrift: AlertRule = {
  name: 'rollup_drift',
  title: 'Rollup differs from its source',
  description:
    'The sweep counts one day after the other anew from the source and mends what differs. Rows that were wrong on several days within some hours mean that something escapes the refreshes all the time: a source of another class than was declared, commits slower than the overlap, rows deleted or updated in place. One mended day is no alarm: that is what the sweep is for.',
  severity: 'critical',
  subjects: 'rollup',
  limits: [
    { name: 'share', value: 0.005, unit: 'ratio', description: 'Share of a day’s rows that may be wrong.' },
    { name: 'sweeps', value: 2, unit: 'count', description: 'Days swept within the window that were as wrong.' },
    { name: 'window', value: 21600, unit: 'seconds', description: 'How far back sweeps are looked at.' },
  ],
  unit: 'ratio',
  forSeconds: 0,
  keepFiringForSeconds: 900,
  missingEvals: 15,
  noData: 'KeepLast',
  summary:
    '{subject}: {value} of a day’s rows differed from the source, more than {threshold}, and not on one day only.',
  watches: { page: 'rollups', panel: 'Drift: rows that a sweep found wrong' },
  sql(kit) {
    const drift = kit.table('drift');
    const select = `
SELECT subject, value, threshold, value > threshold AS firing,
  -- Nothing is swept while late days are worked off: what was found before still holds.
  as_of < ${kit.now} - toIntervalHour(1) AS held, as_of,
  concat(toString(length(found)), ' days were swept within ', ${lengthSql('window')}, '; on ', toString(arrayCount(s -> s.1 > threshold, found)), ' of them more than ', ${percentSql('threshold')}, ' of the rows were wrong (',
    ${countSql('arraySum(s -> s.3, found)')}, ' rows in all, mended', if(value > 0, concat('; the worst day: ', toString(found[1].2), ' with ', ${percentSql('found[1].1')}), ''), ').') AS detail
FROM (
  SELECT subject, found[sweeps].1 AS value, ${kit.limit('share', 'subject')} AS threshold, as_of, found, window
  FROM (
    SELECT toString(rollup) AS subject, max(at) AS as_of, any(wide) AS window, toUInt32(${kit.limit('sweeps', 'subject')}) AS sweeps,
      arrayReverseSort(groupArrayIf((share, d, rows), at > ${kit.now} - toIntervalSecond(wide))) AS found
    FROM (
      SELECT rollup, at, d, rows, if(rows = 0, 0, rows / greatest(rows, total)) AS share, ${kit.limit('window', 'toString(rollup)')} AS wide
      FROM ${drift} WHERE at > ${kit.now} - toIntervalDay(8) AND at <= ${kit.now}
    )
    GROUP BY subject
  )
  WHERE subject IN (SELECT name FROM ${kit.table('catalog_rollups')})
)`;
    return orNothing(select, `SELECT count() FROM ${drift} WHERE at > ${kit.now} - toIntervalDay(8)`, {
      subject: 'rollups',
      now: kit.now,
      detail: 'Nothing was swept in the last days.',
    });
  },
};
