import type {
  BarGaugePanel,
  Column,
  DashboardKit,
  DashboardSpec,
  DashboardSql,
  HeatmapPanel,
  QueryVariable,
  StatPanel,
  TablePanel,
  TierSql,
  TimeseriesPanel,
} from '../../dashboards/spec';
import { latencyBuckets } from './latencyBuckets';

const family = 'request';

/** A release or endpoint that the source does not tell. */
const named = (column: string) => `if(${column} = '', '(none)', ${column})`;

const chosen = [
  '$__conditionalAll(service IN (${service:sqlstring}), $service)',
  `$__conditionalAll(${named('release')} IN (\${release:sqlstring}), $release)`,
  `$__conditionalAll(${named('endpoint')} IN (\${endpoint:sqlstring}), $endpoint)`,
].join(' AND ');

const quantile = (at: 1 | 2 | 3) => `quantilesDDMerge(0.01, 0.5, 0.95, 0.99)(latency)[${at}]`;
const errorRate = 'if(sum(requests) = 0, NULL, sum(errors) / sum(requests))';
const apdex = 'if(sum(requests) = 0, NULL, (sum(satisfied) + sum(tolerating) / 2) / sum(requests))';

const byRange =
  'Ranges up to 6 hours are read from minutes, up to 3 days from quarter hours, up to 15 days from hours made of them, longer ones from days (tables and bars take whole days from days at once); older ones from the coarser tier that still has them.';
const edges = 'A bucket that the range touches is counted whole.';
const recently =
  'Of the last 5 whole minutes of the range that are counted up to their end; where minutes are not kept any more, of its last whole quarter hour.';
const openPoint = 'The lone point is the bucket that is not over.';

/** Seconds of the running bucket before which its rate would say nothing: rows may be counted a little before their time is proven. */
const leastSeconds = 10;

interface RecentStat {
  readonly title: string;
  readonly what: string;
  readonly how: string;
  readonly columns: string;
  readonly weight?: number;
  readonly values: readonly (StatPanel['values'][number] & { readonly of: string })[];
}

function recentStat(
  sql: DashboardSql,
  tiers: TierSql,
  { title, what, how, columns, weight, values }: RecentStat,
): StatPanel {
  return {
    kind: 'stat',
    title,
    about: { what, how: `${how} ${recently}`, from: tiers.recentTables },
    ...(weight !== undefined && { weight }),
    values: values.map(({ column, metric }) => ({ column, metric })),
    sql: `
      SELECT ${values.map(({ column, of }) => `${of} ${sql.as(column)}`).join(', ')}
      FROM ${tiers.recent(columns, chosen)}`,
  };
}

function rateStat(sql: DashboardSql, tiers: TierSql): StatPanel {
  return {
    kind: 'stat',
    title: 'Requests per second',
    about: {
      what: 'How much is asked just now, and the change against the same time of the same weekday, a week before.',
      how: `${recently} The week before is the mean of the quarter hour that holds them, on the clock of the reporting zone.`,
      from: tiers.recentTables,
    },
    weight: 1.5,
    values: [
      { column: 'Now', metric: 'requestRate' },
      { column: 'vs last week', metric: 'change' },
    ],
    sql: `
      SELECT rate ${sql.as('Now')}, if(before = 0, NULL, rate / before - 1) ${sql.as('vs last week')}
      FROM (
        SELECT sum(requests) / greatest(1, any(seconds)) AS rate
        FROM ${tiers.recent('requests', chosen)}
      ) AS now
      CROSS JOIN (
        SELECT sum(requests) / 900 AS before FROM ${sql.rollup('request_quarter')}
        WHERE m = ${tiers.quarterWeekBefore} AND ${chosen}
      ) AS week`,
  };
}

/** Columns `<title>` and `<title>, so far` of a number per bucket, the second for the bucket that is not over. */
const split = (sql: DashboardSql, tiers: TierSql, of: string, title: string) =>
  `if(${tiers.ends} <= mark, ${of}, NULL) ${sql.as(title)}, if(${tiers.ends} <= mark, NULL, ${of}) ${sql.as(`${title}, so far`)}`;

function throughputPanel(sql: DashboardSql, tiers: TierSql): TimeseriesPanel {
  return {
    kind: 'timeseries',
    title: 'Throughput',
    about: {
      what: `Requests per second. ${openPoint}`,
      how: `Requests of the bucket divided by its seconds, of the running one by those that passed, from ${leastSeconds} on; a bucket without any is zero. ${byRange} ${edges}`,
      from: tiers.tables,
    },
    draw: 'line',
    series: [{ column: 'Requests', metric: 'requestRate', open: 'Requests, so far' }],
    sql: `
      WITH ${tiers.named}
      SELECT time, ${split(sql, tiers, 'rate', 'Requests')}
      FROM (
        SELECT time, dateDiff('second', time, least(${tiers.ends}, mark)) AS passed, if(passed < ${leastSeconds}, NULL, sum(n) / passed) AS rate
        FROM (
          SELECT time, requests AS n FROM ${tiers.rows('requests', chosen)}
          UNION ALL
          SELECT time, n FROM ${tiers.grid('toUInt64(0) AS n')}
        )
        GROUP BY time
      )
      ORDER BY time`,
  };
}

function latencyPanel(sql: DashboardSql, tiers: TierSql): TimeseriesPanel {
  const series = [
    { column: 'p50', metric: 'p50', of: 'q[1]' },
    { column: 'p95', metric: 'p95', of: 'q[2]' },
    { column: 'p99', metric: 'p99', of: 'q[3]' },
  ] as const;
  return {
    kind: 'timeseries',
    title: 'Latency',
    about: {
      what: `Time to answer that half, 95 % and 99 % of the requests do not exceed. No line, no request. The dashed line is the limit in force of the alert *Latency p95*. ${openPoint}`,
      how: `Sketches of the buckets are merged, never quantiles averaged: within 1 % of the true value. The alert also compares each service with what is usual for it. ${byRange} ${edges}`,
      from: [...tiers.tables, 'thresholds'],
    },
    draw: 'line',
    series: [
      ...series.map(({ column, metric }) => ({ column, metric, open: `${column}, so far` })),
      { column: 'Limit of p95', metric: 'latencyLimit' },
    ],
    limitSeries: 'Limit of p95',
    sql: `
      WITH ${tiers.named}
      SELECT time, ${series.map(({ column, of }) => split(sql, tiers, `if(n = 0, NULL, ${of})`, column)).join(',\n        ')},
        ${sql.limit('latency_p95', 'slo')} ${sql.as('Limit of p95')}
      FROM (
        SELECT time, sum(requests) AS n, quantilesDDMerge(0.01, 0.5, 0.95, 0.99)(latency) AS q
        FROM ${tiers.rows('requests, latency', chosen)}
        GROUP BY time
      )
      ORDER BY time`,
  };
}

/** Error rate over time by a label, nine by name and the others as one. Whole buckets only. */
function errorRates(sql: DashboardSql, tiers: TierSql, by: 'service' | 'release'): TimeseriesPanel {
  const of = by === 'service' ? 'toString(service)' : `concat(service, ' ', ${named('release')})`;
  // A bad release is soon taken back: by requests it would be among the others.
  const rank = by === 'service' ? 'sum(n) OVER w' : '(max(time) OVER w, min(time) OVER w)';
  return {
    kind: 'timeseries',
    title: by === 'service' ? 'Error rate by service' : 'Error rate by release',
    about: {
      what: `Share of the requests that failed (an error, or status 500 and above), ${by === 'service' ? 'service by service' : 'release by release of each service'}. The dashed line is the limit in force of the alert *Error rate*.`,
      how: `Failed requests of the bucket divided by all; nothing is drawn where there were none. The nine ${by === 'service' ? 'with the most requests' : 'newest of the range'} by name, the others as one. Buckets that are not over are left out. A release or service may have a limit of its own, which is not drawn. ${byRange}`,
      from: [...tiers.tables, 'thresholds'],
    },
    draw: 'line',
    limitSeries: 'Limit',
    series: [],
    byLabel: { label: by, metric: 'errorRates' },
    sql: `
      WITH ${tiers.named}
      SELECT time, ${by}, rate ${sql.as('Error rate')}
      FROM (
        SELECT time, if(rank <= 9, name, 'all others') AS ${by}, sum(e) / sum(n) AS rate
        FROM (
          SELECT time, name, n, e, dense_rank() OVER (ORDER BY place DESC, name) AS rank
          FROM (
            SELECT time, name, n, e, ${rank} AS place
            FROM (
              SELECT time, ${of} AS name, sum(requests) AS n, sum(errors) AS e
              FROM ${tiers.rows('service, release, requests, errors', chosen)}
              WHERE ${tiers.ends} <= mark
              GROUP BY time, name
            )
            WINDOW w AS (PARTITION BY name)
          )
        )
        GROUP BY time, ${by}
        UNION ALL
        SELECT toDateTime(arrayJoin([$__fromTime, $__toTime])) AS time, 'Limit' AS ${by}, ${sql.limit('error_rate', 'rate')} AS rate
      )
      ORDER BY time, ${by}`,
  };
}

function heatmap(sql: DashboardSql, tiers: TierSql): HeatmapPanel {
  const sums = latencyBuckets.map(({ column }) => `sum(${column})`);
  const names = latencyBuckets.map(({ title }) => sql.as(title));
  return {
    kind: 'heatmap',
    title: 'Durations',
    about: {
      what: 'How many requests took how long: a cell is a bucket of time and of durations, deeper the more requests. A second band above the first is what a mean hides.',
      how: `Counts, not sketches; the bucket that is not over is drawn as it is. Few slow requests are drawn stronger than their share, so that they can be seen. ${byRange} ${edges}`,
      from: tiers.tables,
    },
    metric: 'requests',
    axis: 'Requests',
    sql: `
      WITH ${tiers.named}
      SELECT time, ${sums.map((sum, i) => `${sum} ${names[i]}`).join(', ')}
      FROM ${tiers.rows(latencyBuckets.map(({ column }) => column).join(', '), chosen)}
      GROUP BY time
      ORDER BY time`,
  };
}

function endpointBars(sql: DashboardSql, tiers: TierSql): BarGaugePanel {
  return {
    kind: 'bargauge',
    title: 'p95 of the busiest endpoints',
    about: {
      what: 'Time to answer that 95 % of the requests do not exceed, for the ten endpoints with the most requests of the range; the slowest first.',
      how: `Sketches are merged, within 1 % of the true value. ${byRange} ${edges}`,
      from: tiers.tables,
    },
    value: { column: 'p95', metric: 'p95' },
    sql: `
      WITH ${tiers.named}
      SELECT concat(service, ' ', ${named('endpoint')}) ${sql.as('Endpoint')}, slowest ${sql.as('p95')}
      FROM (
        SELECT service, endpoint, ${quantile(2)} AS slowest
        FROM ${tiers.whole('service, endpoint, requests, latency', chosen)}
        GROUP BY service, endpoint
        ORDER BY sum(requests) DESC, service, endpoint
        LIMIT 10
      )
      ORDER BY slowest DESC`,
  };
}

const numbers: readonly Column[] = [
  { name: 'Requests', metric: 'requests', width: 90 },
  { name: 'Errors', metric: 'failedRequests', width: 75 },
  { name: 'Error rate', metric: 'errorRate', width: 90, coloured: 'text' },
  { name: 'p50', metric: 'p50', width: 80 },
  { name: 'p95', metric: 'p95', width: 80 },
  { name: 'p99', metric: 'p99', width: 80 },
  { name: 'Apdex', metric: 'apdex', width: 70, coloured: 'text' },
];

const numberColumns = (sql: DashboardSql) =>
  `sum(requests) ${sql.as('Requests')}, sum(errors) ${sql.as('Errors')}, ${errorRate} ${sql.as('Error rate')},
        ${quantile(1)} ${sql.as('p50')}, ${quantile(2)} ${sql.as('p95')}, ${quantile(3)} ${sql.as('p99')}, ${apdex} ${sql.as('Apdex')}`;

const measures = 'requests, errors, satisfied, tolerating, latency';

function releasesTable(sql: DashboardSql, tiers: TierSql): TablePanel {
  return {
    kind: 'table',
    title: 'Releases side by side',
    about: {
      what: 'Every release of every service that answered within the range: is the new one worse than the one before? A click keeps only that release or service.',
      how: `Newest first: by the last bucket of the range in which it answered. Apdex: satisfied requests and half of the tolerating ones, divided by all. ${byRange} ${edges}`,
      from: tiers.tables,
    },
    columns: [
      { name: 'Service', link: { title: 'Only this service', page: 'operations', variable: 'service' } },
      { name: 'Release', link: { title: 'Only this release', page: 'operations', variable: 'release' } },
      ...numbers.map((column) => ({ ...column, width: 110 })),
    ],
    sql: `
      WITH ${tiers.named}
      SELECT service ${sql.as('Service')}, ${named('release')} ${sql.as('Release')}, ${numberColumns(sql)}
      FROM ${tiers.whole(`service, release, ${measures}`, chosen)}
      GROUP BY service, release
      HAVING sum(requests) > 0
      ORDER BY service, max(time) DESC, min(time) DESC
      LIMIT 100`,
  };
}

function endpointsTable(sql: DashboardSql, tiers: TierSql): TablePanel {
  return {
    kind: 'table',
    title: 'Endpoints: failing first, then slow',
    about: {
      what: 'What to act on: the endpoints with the most failed requests of the range, then those with the highest p95. A click keeps only that endpoint or service.',
      how: `Failed is an error, or status 500 and above. Apdex: satisfied requests and half of the tolerating ones, divided by all; the threshold is roles.requests.apdexMs. ${byRange} ${edges}`,
      from: tiers.tables,
    },
    next: ['rollups'],
    columns: [
      { name: 'Service', width: 120, link: { title: 'Only this service', page: 'operations', variable: 'service' } },
      { name: 'Endpoint', link: { title: 'Only this endpoint', page: 'operations', variable: 'endpoint' } },
      ...numbers.map((column) => ({ ...column, width: 110 })),
    ],
    sql: `
      WITH ${tiers.named}
      SELECT service ${sql.as('Service')}, ${named('endpoint')} ${sql.as('Endpoint')}, ${numberColumns(sql)}
      FROM ${tiers.whole(`service, endpoint, ${measures}`, chosen)}
      GROUP BY service, endpoint
      HAVING sum(requests) > 0
      ORDER BY sum(errors) DESC, p95 DESC, service, endpoint
      LIMIT 100`,
  };
}

function variable(sql: DashboardSql, name: 'service' | 'release' | 'endpoint', where = ''): QueryVariable {
  const of = name === 'service' ? name : named(name);
  const title = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  return {
    kind: 'query',
    name,
    label: title,
    description: `All panels show the chosen ${name}s only. Those of the range, most requests first.`,
    all: true,
    sql: `
      SELECT ${of} AS value FROM ${sql.rollup('request_day')}
      WHERE $__dateFilter(d)${where} GROUP BY value ORDER BY sum(requests) DESC, value LIMIT 1000`,
  };
}

/** *Operations*: does it answer, how fast, and which release or endpoint does not. */
export function operationsDashboard({ sql, trust }: DashboardKit): DashboardSpec {
  const tiers = sql.tiers(family);
  const ofService = ' AND service IN (${service:sqlstring})';
  return {
    page: 'operations',
    description: 'How much is asked, how much fails, how long it takes; by service, release and endpoint.',
    tags: ['service'],
    needs: 'requests',
    from: 'now-24h',
    variables: [variable(sql, 'service'), variable(sql, 'release', ofService), variable(sql, 'endpoint', ofService)],
    rows: [
      {
        height: 4,
        panels: [
          trust(['request_minute', 'request_quarter', 'request_day']),
          rateStat(sql, tiers),
          recentStat(sql, tiers, {
            title: 'Error rate',
            what: 'Share of the requests that failed just now. Red from 2 % on; a dash where nothing was asked.',
            how: 'Failed is an error, or status 500 and above.',
            columns: 'requests, errors',
            values: [{ column: 'Error rate', metric: 'errorRate', of: errorRate }],
          }),
          recentStat(sql, tiers, {
            title: 'Answers',
            what: 'Time that 95 % of the requests do not exceed, and how content users can be with the answers (Apdex), just now: 1 is best, amber below 0.85, red below 0.7.',
            how: 'Sketches are merged, within 1 % of the true value. Apdex: requests answered without error within the threshold (roles.requests.apdexMs), and half of those within four times it, divided by all.',
            columns: 'requests, latency, satisfied, tolerating',
            weight: 1.5,
            values: [
              { column: 'p95', metric: 'p95', of: `if(sum(requests) = 0, NULL, ${quantile(2)})` },
              { column: 'Apdex', metric: 'apdex', of: apdex },
            ],
          }),
        ],
      },
      { height: 10, panels: [throughputPanel(sql, tiers), errorRates(sql, tiers, 'service')] },
      { height: 10, panels: [latencyPanel(sql, tiers), errorRates(sql, tiers, 'release')] },
      { height: 10, panels: [heatmap(sql, tiers), endpointBars(sql, tiers)] },
      { height: 9, panels: [releasesTable(sql, tiers)] },
      { height: 11, panels: [endpointsTable(sql, tiers)] },
    ],
  };
}
