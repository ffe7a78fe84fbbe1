/**
 * Statement of the mean curves over the complete cells of a grid (`retentionGrid`): (grp, k, cohorts, users, on_weighted, on_simple,
 * after_weighted, after_simple), shares from 0 to 1. The weighted mean is that of all users, the simple one of all cohorts.
 * `users` is the sum of the sizes of the cohorts that have the cell.
 */
export function retentionCurve(grid: string): string {
  return `SELECT grp, k, count() AS cohorts, sum(size) AS users,
  sum(users_on) / sum(size) AS on_weighted, avg(users_on / size) AS on_simple,
  sum(users_after) / sum(size) AS after_weighted, avg(users_after / size) AS after_simple
FROM (
${grid.replace(/^/gm, '  ')}
)
WHERE isNotNull(users_on)
GROUP BY grp, k`;
}
