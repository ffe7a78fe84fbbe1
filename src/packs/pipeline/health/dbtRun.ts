import { at, column, healthTable } from '../../health';

/** Invocations of dbt. */
export const healthDbtRun = healthTable({
  name: 'health_dbt_run',
  description:
    'Invocations of dbt, one row each, read from run_results.json or Elementary when they were over: what ran for which job, how it ended, how long it took.',
  columns: [
    at,
    column('project', 'LowCardinality(String)', 'dbt project, as tidemark.yaml names it under collect.dbt.'),
    column(
      'job',
      'LowCardinality(String)',
      'Job that it belongs to; all: tidemark.yaml names none for the project; empty: none of them, somebody’s own run.',
    ),
    column('invocation_id', 'String', 'What dbt calls it.'),
    column('command', 'LowCardinality(String)', 'Command of dbt: build, run, test, seed, snapshot, retry and so on.'),
    column(
      'status',
      'LowCardinality(String)',
      'failed: a node ended in error, fail or a partial success; warned: nothing worse than a warning; success.',
    ),
    column(
      'counts',
      'UInt8',
      '1: its success is one of the job. 0: it only looks (compile, docs, show), tests, makes nothing (--empty), or tidemark.yaml names another command for the job.',
    ),
    column('started_at', "DateTime64(3, 'UTC')", 'When it began, by the clock of the machine that dbt ran on.'),
    column('ended_at', "DateTime64(3, 'UTC')", 'When its results were written, by the same clock.'),
    column('elapsed_s', 'Float64', 'How long it took, in seconds.'),
    column('nodes', 'UInt32', 'Nodes that have a result.'),
    column('succeeded', 'UInt32', 'Of these: success, or a test that passed.'),
    column('warned', 'UInt32', 'Of these: warnings.'),
    column('failed', 'UInt32', 'Of these: error, fail, runtime error, partial success.'),
    column('skipped', 'UInt32', 'Of these: not run, mostly because a node before them failed.'),
    column('selects', 'String', 'What it passed to --select, in order of the alphabet; empty: everything.'),
    column('full_refresh', 'UInt8', '1: incremental models were built anew, which takes longer.'),
    column('dbt_version', 'LowCardinality(String)', 'Version of dbt.'),
    column(
      'git_sha',
      'String',
      'Commit of the project, where it is told: DBT_ENV_CUSTOM_ENV_GIT_SHA, or tidemark dbt push --git-sha.',
    ),
    column('via', 'LowCardinality(String)', 'collect: tidemark collect read it; push: tidemark dbt push did.'),
  ],
  orderBy: ['project', 'job', 'at'],
  ttlDays: 400,
});
