import { bucketMsSql } from '../../core/funnel/buckets';
import type { DashboardKit, DashboardSpec, DashboardSql, PanelSpec } from '../../dashboards/spec';

const chosen = 'funnel = ${funnel:sqlstring}';

/** Entries of the range by step, as a Map named `n`. */
const entriesByStep = (sql: DashboardSql): string =>
  `(SELECT sumMap(map(step, entries)) FROM ${sql.table('funnels')} WHERE ${chosen} AND $__dateFilter(d)) AS n`;

const counted =
  'Entries are told by their day of entry, also where they convert after the range. Each user (or account, if that is followed) counts once per day of entry, by the best way that begins on it.';

function bars(sql: DashboardSql): PanelSpec {
  return {
    kind: 'bargauge',
    title: 'Entries that reached each step',
    about: {
      what: 'How far those came who entered the funnel in the range; the shares stand beside it.',
      how: `${counted} A step that nobody reached is a bar of zero.`,
      from: ['funnels', 'funnel_steps'],
    },
    weight: 7,
    value: { column: 'Entries', metric: 'funnelEntries' },
    sql: `
      WITH ${entriesByStep(sql)}
      SELECT concat(toString(step), ' ', step_title) ${sql.as('Step')},
        n[step] ${sql.as('Entries')}
      FROM ${sql.table('funnel_steps')}
      WHERE ${chosen}
      ORDER BY step`,
  };
}

function stepTable(sql: DashboardSql): PanelSpec {
  const time = `quantilesExactWeighted(0.5, 0.9)(${bucketMsSql('bucket')}, entries)`;
  return {
    kind: 'table',
    title: 'Steps',
    about: {
      what: 'Per step: entries that reached it, their share of the step before and of all entries, how long they took, and how many of them may still come further because their conversion window is not over.',
      how: `${counted} *Of step before* leaves out steps that may be skipped. Times run from the entry to the step; median and p90 come from buckets of 5 % and are within 2.5 %.`,
      from: ['funnels', 'funnels_time', 'funnel_steps'],
    },
    weight: 14,
    columns: [
      { name: 'Step', width: 60 },
      { name: 'Is', width: 150 },
      { name: 'Entries', metric: 'funnelEntries', width: 80 },
      { name: 'Of step before', metric: 'conversionCell', coloured: 'background', width: 115 },
      { name: 'Of entries', metric: 'conversionCell', coloured: 'background', width: 90 },
      { name: 'Median time', metric: 'convertTime', width: 105 },
      { name: 'p90 time', metric: 'convertTime', width: 90 },
      { name: 'Window open', metric: 'funnelEntries', width: 105 },
    ],
    sql: `
      WITH ${entriesByStep(sql)},
        (SELECT sumMap(map(step, open)) FROM ${sql.table('funnels')} WHERE ${chosen} AND $__dateFilter(d)) AS o
      SELECT step ${sql.as('Step')}, step_title ${sql.as('Is')}, n[step] ${sql.as('Entries')},
        if(step = 1 OR n[before] = 0, NULL, n[step] / n[before]) ${sql.as('Of step before')},
        if(n[1] = 0, NULL, n[step] / n[1]) ${sql.as('Of entries')},
        if(step = 1 OR n[step] = 0, NULL, q[1]) ${sql.as('Median time')},
        if(step = 1 OR n[step] = 0, NULL, q[2]) ${sql.as('p90 time')},
        o[step] ${sql.as('Window open')}
      FROM (SELECT step, step_title, before FROM ${sql.table('funnel_steps')} WHERE ${chosen}) AS steps
      LEFT JOIN (
        SELECT step, ${time} AS q
        FROM ${sql.table('funnels_time')} WHERE ${chosen} AND $__dateFilter(d) AND entries > 0 GROUP BY step
      ) AS times USING (step)
      ORDER BY step`,
  };
}

function trend(sql: DashboardSql): PanelSpec {
  return {
    kind: 'timeseries',
    title: 'Conversion by day of entry',
    about: {
      what: 'Share of the entries of each day that came to the last step. Lone points are days on which conversion windows are still open: they may rise.',
      how: `${counted} Days without entries have no point.`,
      from: ['funnels', 'funnel_steps'],
    },
    weight: 3,
    draw: 'line',
    series: [{ column: 'Conversion', metric: 'conversion', open: 'Conversion, window open' }],
    sql: `
      WITH (SELECT max(steps) FROM ${sql.table('funnel_steps')} WHERE ${chosen}) AS last
      SELECT t AS time,
        if(waiting = 0, share, NULL) ${sql.as('Conversion')},
        if(waiting > 0, share, NULL) ${sql.as('Conversion, window open')}
      FROM (
        SELECT t, sumIf(entries, step = 1) AS entered, sumIf(open, step = 1) AS waiting,
          if(entered = 0, NULL, sumIf(entries, step = last) / entered) AS share
        FROM ${sql.table('funnels')}
        WHERE ${chosen} AND $__dateFilter(d)
        GROUP BY t
      )
      WHERE entered > 0
      ORDER BY time`,
  };
}

/** Upper edges of the bars, in ms, and what they are called. */
const bins = [
  [10_000, '< 10 s'],
  [60_000, '< 1 min'],
  [300_000, '< 5 min'],
  [900_000, '< 15 min'],
  [3_600_000, '< 1 h'],
  [14_400_000, '< 4 h'],
  [43_200_000, '< 12 h'],
  [86_400_000, '< 1 d'],
  [172_800_000, '< 2 d'],
  [345_600_000, '< 4 d'],
  [604_800_000, '< 7 d'],
  [1_209_600_000, '< 14 d'],
  [2_592_000_000, '< 30 d'],
  [1e15, '30 d +'],
] as const;

function histogram(sql: DashboardSql): PanelSpec {
  const labels = bins.map(([, label]) => `'${label}'`).join(', ');
  const edges = bins.map(([ms]) => ms).join(', ');
  return {
    kind: 'barchart',
    title: 'Time to convert',
    about: {
      what: 'How long it took from the entry to the last step, for the entries of the range that came to it.',
      how: 'Times are kept in buckets of 5 %; a bar holds those whose middle lies below its edge and not below the one before. Recent entries with an open window may still add to the right.',
      from: ['funnels_time', 'funnel_steps'],
    },
    weight: 2,
    x: 'Time',
    series: [{ column: 'Conversions', metric: 'funnelEntries' }],
    sql: `
      WITH (SELECT max(steps) FROM ${sql.table('funnel_steps')} WHERE ${chosen}) AS last, [${labels}] AS labels,
        (
          SELECT sumMap(map(arrayFirstIndex(edge -> ${bucketMsSql('bucket')} < edge, [${edges}]), entries))
          FROM ${sql.table('funnels_time')}
          WHERE ${chosen} AND $__dateFilter(d) AND step = last AND entries > 0
        ) AS n
      SELECT labels[bin] ${sql.as('Time')}, n[bin] ${sql.as('Conversions')}
      FROM (SELECT arrayJoin(range(1, ${bins.length + 1})) AS bin)
      WHERE length(n) > 0 AND bin >= arrayMin(mapKeys(n)) AND bin <= arrayMax(mapKeys(n))
      ORDER BY bin`,
  };
}

function breakdown(sql: DashboardSql): PanelSpec {
  return {
    kind: 'table',
    title: 'By breakdown',
    about: {
      what: 'The steps for each value of the dimension by which the funnel is told apart, the values with most entries first.',
      how: `${counted} Which step's value counts is set with the funnel (attribution; the first step's by default). Without a breakdown there is one group. At most 20 values are shown.`,
      from: ['funnels', 'funnel_steps'],
    },
    columns: [
      { name: 'Value', width: 180 },
      { name: 'Step', width: 60 },
      { name: 'Is' },
      { name: 'Entries', metric: 'funnelEntries', width: 110 },
      { name: 'Of step before', metric: 'conversionCell', coloured: 'background', width: 140 },
      { name: 'Of entries', metric: 'conversionCell', coloured: 'background', width: 140 },
      { name: 'Window open', metric: 'funnelEntries', width: 120 },
    ],
    sql: `
      SELECT if(grp = '', '(none)', grp) ${sql.as('Value')}, step ${sql.as('Step')}, step_title ${sql.as('Is')}, n[step] ${sql.as('Entries')},
        if(step = 1 OR n[before] = 0, NULL, n[step] / n[before]) ${sql.as('Of step before')},
        if(n[1] = 0, NULL, n[step] / n[1]) ${sql.as('Of entries')},
        o[step] ${sql.as('Window open')}
      FROM (
        SELECT grp, sumMap(map(step, entries)) AS n, sumMap(map(step, open)) AS o
        FROM ${sql.table('funnels')} WHERE ${chosen} AND $__dateFilter(d)
        GROUP BY grp HAVING n[1] > 0 ORDER BY n[1] DESC, grp LIMIT 20
      ) AS groups
      CROSS JOIN (SELECT step, step_title, before FROM ${sql.table('funnel_steps')} WHERE ${chosen}) AS steps
      ORDER BY n[1] DESC, grp, step`,
  };
}

/** *Funnels*: how many come how far, how fast, and where they stop. */
export function funnelsDashboard({ sql, trust }: DashboardKit): DashboardSpec {
  const tables = "concat('funnel_', ${funnel:sqlstring})";
  return {
    page: 'funnels',
    description:
      'How many come how far, how fast, and where they stop: the funnels that are saved under `funnels:` in tidemark.yaml. Any other: npx tidemark funnel --steps a,b,c.',
    tags: ['product'],
    needs: 'events',
    variables: [
      {
        kind: 'query',
        name: 'funnel',
        label: 'Funnel',
        description: 'Funnels that are saved in tidemark.yaml.',
        sql: `SELECT DISTINCT funnel FROM ${sql.table('funnel_steps')} ORDER BY funnel`,
      },
    ],
    rows: [
      {
        height: 10,
        panels: [
          { ...trust(['step_day'], `rollup IN (${tables}, concat(${tables}, '_time'))`), weight: 3 },
          bars(sql),
          stepTable(sql),
        ],
      },
      { height: 9, panels: [trend(sql), histogram(sql)] },
      { height: 12, panels: [breakdown(sql)] },
    ],
  };
}
