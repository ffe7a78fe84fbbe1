import { qualified } from '../../../core/sql/quote';
import { causeOf, notAllowed } from '../cause';
import type { Check } from '../check';
import { found } from '../words';

const codes = {
  source_missing: 'source_missing',
  column_missing: 'column_missing',
  dimension_column: 'column_missing',
  key_lets_rows_double: 'key_lets_rows_double',
} as const;

/** Is the role's table there, does the mapping fit, and can it be read: a view may break long after migrate. */
export const source: Check = {
  name: 'source',
  of: 'role',
  async run({ role, misfit, source: resolved }, { db }) {
    if (misfit) {
      const code = codes[misfit.code as keyof typeof codes] ?? 'mapping_wrong';
      return [found(code, role, { cause: misfit.message })];
    }
    if (!resolved) return undefined;
    const columns = [...Object.values(resolved.columns), ...(resolved.only ? [resolved.only] : [])];
    try {
      // A view keeps its columns' names and types when the table below loses them: only a question shows it.
      await db.query(
        `SELECT ${columns.map((sql, i) => `${sql} AS tm_${i}`).join(', ')} FROM ${qualified(resolved.table)} LIMIT 0`,
      );
    } catch (thrown) {
      if (notAllowed(thrown)) throw thrown;
      return [found('source_broken', role, { table: resolved.table, cause: causeOf(thrown) })];
    }
    return [];
  },
};
