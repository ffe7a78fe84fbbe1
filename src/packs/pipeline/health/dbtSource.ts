import { at, column, healthTable } from '../../health';

/** Freshness of dbt's sources. */
export const healthDbtSource = healthTable({
  name: 'health_dbt_source',
  description:
    'How fresh the sources of dbt were when `dbt source freshness` looked at them: one row per invocation and source table, from sources.json.',
  columns: [
    at,
    column('project', 'LowCardinality(String)', 'dbt project, as tidemark.yaml names it under collect.dbt.'),
    column('invocation_id', 'String', 'Invocation of dbt source freshness.'),
    column('checked_at', "DateTime64(3, 'UTC')", 'When its results were written, by the clock of dbt.'),
    column('unique_id', 'String', 'Name in dbt: source.shop.raw.orders.'),
    column('source_table', 'String', 'Source and table: raw.orders.'),
    column(
      'status',
      'LowCardinality(String)',
      "dbt's word: pass, warn, error, runtime error; missing: it has limits, and dbt says nothing of it.",
    ),
    column('max_loaded_at', "Nullable(DateTime64(3, 'UTC'))", 'Newest row; NULL: none, or not known.'),
    column('age_s', 'Nullable(Float64)', 'Age of the newest row when it was looked at, in seconds.'),
    column('warn_after_s', 'Nullable(Float64)', 'Age from which on dbt warns, in seconds.'),
    column('error_after_s', 'Nullable(Float64)', 'Age from which on it is an error for dbt, in seconds.'),
    column('message', 'String', 'Why it could not be asked, 500 characters at most.'),
  ],
  orderBy: ['project', 'unique_id', 'at'],
  ttlDays: 400,
});
