import type { AlertRule } from '../../rule';
import { countSql } from '../../ruleSql';
import { looked, pipelineRule, recent } from './common';

/** Values that came and are wrong, by the truth tests of the pipeline. */
export const cdcWrongValues: AlertRule = {
  ...pipelineRule,
  name: 'cdc_wrong_values',
  watches: { page: 'cdcPostgres', panel: 'Truth tests' },
  title: 'Wrong values in a copy',
  description:
    'A truth test of a pipeline found something: a column that arrives and is not read, one that is read and no longer arrives (renamed or dropped in Postgres: NULL from then on), a placeholder in the place of a large value. Nothing stops and no lag shows it. Messages that could not be read at all are told by kafka_poison. Of each view its newest answer counts.',
  severity: 'warning',
  subjects: 'truth test',
  needs: 'checks',
  limits: [{ name: 'bad', value: 0, unit: 'count', description: 'What may be wrong in one test.' }],
  unit: 'count',
  forSeconds: 300,
  keepFiringForSeconds: 1800,
  summary: '{subject}: the truth test finds {value} wrong, more than {threshold}.',
  sql(kit) {
    const view = "concat(pipeline, ' ', view)";
    const views = kit.pipelines.flatMap(({ name, checks }) =>
      checks.map((check) => ({ key: `${name} ${check}`, subject: `${name} ${check}`, source: 'checks' })),
    );
    // A view names a test only where it has something to say of it: what it no longer names is well.
    const tests = `(
    SELECT concat(pipeline, ' ', name, ' ', tests.subject) AS seen_key, max(view_at) AS looked_at, sum(if(last_at = view_at, bad, 0)) AS bad_, argMax(detail, last_at) AS detail_, any(view) AS view_
    FROM (SELECT pipeline, view, name, subject, max(at) AS last_at, argMax(bad, at) AS bad, argMax(detail, at) AS detail
      FROM ${kit.table('health_check')} WHERE name != 'dead letters' AND ${recent(kit)} GROUP BY pipeline, view, name, subject) AS tests
    INNER JOIN (SELECT pipeline, view, toDateTime64(max(at), 3, 'UTC') AS view_at FROM ${kit.table('health_check')} WHERE ${recent(kit)} GROUP BY pipeline, view) AS views USING (pipeline, view)
    GROUP BY seen_key
  )`;
    const answers = `(
    SELECT ${view} AS seen_key, toDateTime64(max(at), 3, 'UTC') AS looked_at, toUInt64(0) AS bad_, '' AS detail_, any(view) AS view_ FROM ${kit.table('health_check')} WHERE ${recent(kit)} GROUP BY seen_key
  )`;
    return looked(kit, {
      expected: views,
      seen: `(SELECT * FROM ${tests} UNION ALL SELECT * FROM ${answers})`,
      others: 'checks',
      scope: 'view_',
      value: 'bad_',
      threshold: kit.limit('bad', 'subject'),
      firing: 'value > threshold',
      detail: `multiIf(bad_ > 0, concat(${countSql('bad_')}, ' wrong: ', detail_), source != '', 'It answers.', 'Nothing is wrong.')`,
      unseen: 'held',
    });
  },
};
