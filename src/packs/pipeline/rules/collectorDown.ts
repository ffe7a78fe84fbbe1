import { literal } from '../../../core/sql/quote';
import type { AlertRule } from '../../rule';
import { clockSql, lengthSql } from '../../ruleSql';
import { pipelineRule, recent, staleSeconds } from './common';

/** Nobody looks any more. */
export const collectorDown: AlertRule = {
  ...pipelineRule,
  watches: { page: 'home', panel: 'Data and alerts' },
  name: 'collector_down',
  title: 'Nobody looks',
  description:
    'tidemark collect does not run, or cannot look at one of its sources: Postgres, Kafka, Kafka Connect, ClickHouse. Rules about what it would see are held for a quarter of an hour, and then fire where not knowing is an alarm. A look that failed now and then, and a restart of the collector, wake nobody. A worker of Kafka Connect that does not answer is told by connector_down.',
  severity: 'critical',
  subjects: 'source of tidemark collect',
  needs: 'collect',
  limits: [
    { name: 'silent', value: 300, unit: 'seconds', description: 'Time without a good look; three looks at least.' },
  ],
  unit: 'seconds',
  // After ClickHouse was away the collector writes what it kept: a minute later all is known.
  forSeconds: 120,
  keepFiringForSeconds: 300,
  summary: 'tidemark collect has had no good look at {subject} for {value}; {threshold} may pass.',
  sql(kit) {
    const tuples = kit.watched
      .map(({ source, everySeconds }) => `(${literal(source)}, ${3 * everySeconds})`)
      .join(', ');
    const before1971 = "toDateTime64(1, 3, 'UTC')";
    return `
SELECT subject, toFloat64(greatest(0, dateDiff('second', since, ${kit.now}))) AS value, greatest(${kit.limit('silent', 'subject')}, least_s) AS threshold, value > threshold AS firing, 0 AS held,
  if(last_at < ${before1971}, ${kit.now}, last_at) AS as_of,
  multiIf(last_at < ${before1971}, 'It has not looked within the last days: is tidemark collect running?',
    dateDiff('second', last_at, ${kit.now}) > greatest(120, least_s), concat('Its last row is of ', ${clockSql('last_at', kit.zone)}, ' (', ${kit.zone}, '): is tidemark collect running?'),
    last_state = 'ok', concat('Last good look ', ${lengthSql('value')}, ' ago.'),
    concat('It looks and fails', if(good_at < ${before1971}, '', concat(', the last good look was at ', ${clockSql('good_at', kit.zone)}, ' (', ${kit.zone}, ')')), '. ', said)) AS detail
FROM (
  SELECT e.1 AS subject, toFloat64(e.2) AS least_s, seen.last_at AS last_at, seen.good_at AS good_at, seen.last_state AS last_state, seen.said AS said,
    multiIf(good_at > ${before1971}, good_at, last_at > ${before1971}, seen.first_at, ${kit.madeAt}) AS since
  FROM (SELECT arrayJoin([${tuples}]::Array(Tuple(String, Float64))) AS e) AS subjects
  LEFT JOIN (
    SELECT source, toDateTime64(max(at), 3, 'UTC') AS last_at, toDateTime64(min(at), 3, 'UTC') AS first_at, toDateTime64(maxIf(at, state = 'ok'), 3, 'UTC') AS good_at,
      argMax(toString(state), at) AS last_state, argMax(message, at) AS said
    FROM ${kit.table('health_source')} WHERE part = '' AND ${recent(kit)} GROUP BY source
  ) AS seen ON seen.source = e.1
)`;
  },
};

/** It looks, and sees not all. */
export const collectorPart: AlertRule = {
  ...pipelineRule,
  watches: { page: 'home', panel: 'Data and alerts' },
  name: 'collector_part',
  title: 'Part of a source is not seen',
  description:
    'tidemark collect looks at a source and cannot see a part of it, look after look: a database, a system table that it may not read, a truth test that gives no answer, gauges of Jolokia. Or it had to drop rows while ClickHouse was away. What belongs to that part is not known meanwhile.',
  severity: 'warning',
  subjects: 'part of a source',
  needs: 'collect',
  limits: [{ name: 'failing', value: 900, unit: 'seconds', description: 'Time without a good look at the part.' }],
  unit: 'seconds',
  forSeconds: 0,
  keepFiringForSeconds: 900,
  summary: 'tidemark collect has not seen {subject} for {value}; {threshold} may pass.',
  sql(kit) {
    // The worker itself is told by connector_down.
    const parts = `((part != '' AND NOT (startsWith(source, 'connect ') AND part = 'rest')) OR source = 'sink')`;
    const stale = `toIntervalSecond(${Math.max(...kit.watched.map(({ source }) => staleSeconds(kit, source)), 120)})`;
    return `
SELECT subject, toFloat64(greatest(0, dateDiff('second', since, last_at))) AS value, ${kit.limit('failing', 'subject')} AS threshold,
  last_state != 'ok' AND (value > threshold OR last_code = 'rows_dropped') AS firing, 0 AS held, last_at AS as_of,
  if(last_state = 'ok', 'It is seen.', said) AS detail
FROM (
  SELECT *, if(last_state = 'ok', last_at, if(good_at > toDateTime64(1, 3, 'UTC'), good_at, first_at)) AS since
  FROM (
    SELECT trim(concat(source, ' ', part)) AS subject, toDateTime64(max(at), 3, 'UTC') AS last_at, toDateTime64(min(at), 3, 'UTC') AS first_at, toDateTime64(maxIf(at, state = 'ok'), 3, 'UTC') AS good_at,
      argMax(toString(state), at) AS last_state, argMax(message, at) AS said, argMax(toString(code), at) AS last_code
    FROM ${kit.table('health_source')} WHERE ${parts} AND ${recent(kit)} GROUP BY source, part
  )
  WHERE last_at > ${kit.now} - ${stale}
)
UNION ALL
SELECT 'all sources' AS subject, 0 AS value, 0 AS threshold, 0 AS firing, 0 AS held, ${kit.now} AS as_of, 'Parts that fail alone have a row of their own.' AS detail`;
  },
};
