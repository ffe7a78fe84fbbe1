/** Columns of `system.processes` by which KILL QUERY finds a query, with the user's own rights. */
export const killColumns = ['query_id', 'query', 'user'] as const;

/** Those that tell how far a query is. */
export const progressColumns = [
  'elapsed',
  'read_rows',
  'read_bytes',
  'total_rows_approx',
  'peak_memory_usage',
] as const;
