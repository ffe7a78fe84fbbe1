import { at, column, healthTable } from '../../health';

/** How the collecting itself goes. */
export const healthSource = healthTable({
  name: 'health_source',
  description:
    'How each look of tidemark collect went: one row for the source as a whole (part is empty) and one for each of its parts.',
  columns: [
    at,
    column(
      'source',
      'LowCardinality(String)',
      'What is looked at: clickhouse, postgres main, kafka main, dbt marts; sink is the writing itself.',
    ),
    column('part', 'String', 'A part that may fail alone, such as a database; empty: the source as a whole.'),
    column(
      'state',
      'LowCardinality(String)',
      'ok; failed: this look failed; backoff: it failed before and is not tried again before next_at.',
    ),
    column(
      'code',
      'LowCardinality(String)',
      'Word for what went wrong, such as pg_wrong_password, or for what is to be known of a part that is ok; mostly empty there.',
    ),
    column(
      'message',
      'String',
      'What went wrong, or is to be known, and what to do about it; mostly empty where all is well.',
    ),
    column('duration_ms', 'Float64', 'How long the look took, in milliseconds.'),
    column('written', 'UInt32', 'Rows that it brought.'),
    column('failures', 'UInt32', 'Failed looks one after the other, this one included.'),
    column('every_s', 'Float64', 'Seconds between two looks when all is well.'),
    column('next_at', "DateTime64(3, 'UTC')", 'When the next look is due.'),
  ],
  orderBy: ['source', 'part', 'at'],
  ttlDays: 30,
});
