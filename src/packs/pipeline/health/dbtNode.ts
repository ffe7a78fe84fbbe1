import { at, column, healthTable } from '../../health';

/** Statuses, in dbt's words, of a node that failed. */
export const failedWords = ['error', 'fail', 'runtime error', 'partial success'] as const;

/** Results of dbt's nodes. */
export const healthDbtNode = healthTable({
  name: 'health_dbt_node',
  description:
    'Results of models, tests, seeds and snapshots of dbt: one row per invocation and node; and one with status removed where a node that failed is no part of the project any more.',
  columns: [
    at,
    column('project', 'LowCardinality(String)', 'dbt project, as tidemark.yaml names it under collect.dbt.'),
    column('job', 'LowCardinality(String)', 'Job, as in health_dbt_run.'),
    column('invocation_id', 'String', 'Invocation, as in health_dbt_run.'),
    column('ended_at', "DateTime64(3, 'UTC')", 'When the results of the invocation were written, by the clock of dbt.'),
    column('unique_id', 'String', 'Name in dbt: model.shop.orders_daily.'),
    column('name', 'String', 'The same without the kind and the project.'),
    column('resource_type', 'LowCardinality(String)', 'model, test, unit_test, seed, snapshot, operation and so on.'),
    column(
      'status',
      'LowCardinality(String)',
      "dbt's word: success, error, skipped, partial success, pass, fail, warn, runtime error, no-op; removed: see above.",
    ),
    column('execution_s', 'Float64', 'How long it ran, in seconds.'),
    column(
      'message',
      'String',
      'What dbt says of it, 500 characters at most: values and statements in the words of the database are left out.',
    ),
    column('failures', 'Nullable(UInt64)', 'Tests: rows that did not pass.'),
    column(
      'because',
      'String',
      'Skipped ones: the failed node before them, its unique_id; empty where it is not known.',
    ),
    column('query_id', 'String', 'Its main statement in system.query_log; empty where dbt tells none.'),
    column('relation', 'String', 'Table or view that it makes.'),
    column('rows_affected', 'Nullable(UInt64)', 'Rows written, where the adapter tells.'),
    column('git_sha', 'String', 'Commit of the project, as in health_dbt_run.'),
  ],
  orderBy: ['project', 'unique_id', 'at'],
  ttlDays: 90,
});
