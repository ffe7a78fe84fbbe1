import type { DashboardSql } from '../../dashboards/spec';

/** What the panels about money share: one currency at a time, exact sums, and the bucket that is not over beside the whole ones. */
export const inCurrency = 'currency = ${currency:sqlstring}';
export const oneCurrency = 'In the chosen currency only: amounts of different currencies are never added.';

/** A sum of exact decimals, turned into a floating point number at the very end. */
export const amount = (expression: string): string => `toFloat64(${expression})`;

/** Name of the column for the bucket that is not over. */
export const soFar = (column: string): string => `${column}, so far`;

/** Columns `<column>` and `<column>, so far` of a value, by whether the row's bucket is `open`. */
export const wholeAndOpen = (sql: DashboardSql, column: string, value: string): readonly string[] => [
  `if(open, NULL, ${value}) ${sql.as(column)}`,
  `if(open, ${value}, NULL) ${sql.as(soFar(column))}`,
];
