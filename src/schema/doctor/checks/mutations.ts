import { literal } from '../../../core/sql/quote';
import { shortCause } from '../cause';
import type { Check } from '../check';
import { nameOf } from '../facts';
import { found } from '../words';

interface MutationRow {
  readonly name: string;
  readonly done: number;
  readonly mutations: number;
  readonly first: string;
  readonly last: string;
  readonly command: string;
  readonly cause: string;
}

/** Mutations of sources (no watermark sees them) and of Tidemark's own tables that are not done. */
export const mutations: Check = {
  name: 'mutations',
  of: 'database',
  async run({ db, config, roles }) {
    const sources = [...new Set(roles.map((r) => r.mapping.table))];
    const named = sources.map((table) => {
      const { database, table: name } = nameOf(table);
      return `(${literal(database)}, ${literal(name)})`;
    });
    const own = literal(config.connection.database);
    const rows = await db.query<MutationRow>(
      `SELECT concat(database, '.', table) AS name, toUInt8(is_done) AS done, toFloat64(count()) AS mutations,
  toString(min(create_time)) AS first, toString(max(create_time)) AS last, argMin(command, create_time) AS command, argMax(latest_fail_reason, create_time) AS cause
FROM system.mutations WHERE (is_done = 0 OR (database != ${own} AND create_time > now() - INTERVAL 1 DAY))
  AND (database = ${own}${named.length > 0 ? ` OR (database, table) IN (${named.join(', ')})` : ''})
GROUP BY name, done ORDER BY name, done`,
    );
    return rows.map(({ name, done, mutations: count, first, last, command, cause }) =>
      done
        ? found('mutations_done', name, { mutations: count, last })
        : found('mutations_pending', name, {
            mutations: count,
            since: first,
            command: shortCause(command),
            cause: shortCause(cause),
          }),
    );
  },
};
