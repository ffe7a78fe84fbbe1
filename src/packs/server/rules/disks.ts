import type { RuleKit } from '../../rule';

/** Sub-query: `name`, `free`, `total` (bytes) of the server's own disks; object storage has no end. */
export const localDisks = (kit: RuleKit): string =>
  `(SELECT name, toFloat64(if(free_space > keep_free_space, free_space - keep_free_space, 0)) AS free, toFloat64(total_space) AS total FROM ${kit.system('disks')} WHERE is_remote = 0 AND total_space > 0)`;
