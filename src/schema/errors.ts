import { errorTable } from '../core/errors';

/** Everything that `schema` can say is wrong, with the next step. */
export const fail = errorTable({
  source_missing: (f: { role: string; table: string }) =>
    `roles.${f.role}.table: ClickHouse has no table "${f.table}". Create it, or name another table in tidemark.yaml.`,
  column_missing: (f: { role: string; logical: string; column: string; table: string; has: readonly string[] }) =>
    `roles.${f.role}.columns.${f.logical}: table ${f.table} has no column "${f.column}". It has: ${f.has.join(', ')}.`,
  column_type: (f: { role: string; logical: string; column: string; table: string; type: string; wanted: string }) =>
    `roles.${f.role}.columns.${f.logical}: column ${f.table}.${f.column} is ${f.type}, but ${f.wanted} is needed. Map another column, or a view that casts it.`,
  key_lets_rows_double: (f: { role: string; table: string; sourceClass: string; key: string; wanted: string }) =>
    `roles.${f.role}: table ${f.table} is ordered by (${f.key}), so FINAL cannot make one row of the versions of one id in class ${f.sourceClass}. ${f.wanted}`,
  not_migrated: (f: { database: string }) =>
    `Database "${f.database}" holds nothing of Tidemark yet. Run: tidemark migrate`,
  refresh_failed: (f: { step: string; cause: string }) =>
    `Refresh of ${f.step} failed; the numbers of its last good run stay. ClickHouse says: ${f.cause}`,
});
