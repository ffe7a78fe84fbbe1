/**
 * What a row of `health_query` cost, in money (SQL, Float64), by the prices of rule *cost_budget*. All arguments are SQL: `row` gives
 * one of its columns (seconds of CPU time, bytes, byte-seconds), `price` a limit of the rule.
 */
export const spendSql = (
  row: (column: 'cpu_s' | 'read_bytes' | 'memory_byte_s') => string,
  price: (name: Price) => string,
) =>
  `(${row('cpu_s')} / 3600 * ${price('cpu_hour')} + ${row('read_bytes')} / pow(2, 40) * ${price('tib')} + ${row('memory_byte_s')} / pow(2, 30) / 3600 * ${price('gib_hour')})`;

/** Names of the limits that are prices. */
export type Price = 'cpu_hour' | 'tib' | 'gib_hour';

const told = ['host', 'user', 'app', 'dashboard', 'panel', 'asker', 'model', 'kind'];

/**
 * SQL of what tells the rows of one minute `m` of `health_query` apart, which stands under a name of its own. The collector writes each at
 * least once: what is there twice counts once.
 */
export const costKey = (name: string): string => `cityHash64(${told.map((column) => `${name}.${column}`).join(', ')})`;
