import type { Db } from '../../../core/db';
import { literal, qualified } from '../../../core/sql/quote';
import type { Check } from '../check';
import { isMergeTree } from '../facts';
import { found } from '../words';

/** Do conditions on a view reach an index of the table behind it: else each refresh reads that table whole. */
export const pruning: Check = {
  name: 'pruning',
  of: 'role',
  async run({ role, mapping, facts, source }, { db }) {
    if (!facts || !source || isMergeTree(facts) || source.sourceClass === 'window') return undefined;
    const { table } = source;
    const read = `SELECT ${source.columns['time'] ?? '1'} FROM ${qualified(table)}`;
    const plain = await indexConditions(db, read);
    if (plain === undefined && (await isEmpty(db, table))) return [];
    if (plain === undefined) return [found('not_prunable', role, { table, engine: facts.engine })];
    const needed = source.sourceClass === 'moving' ? ['ingestedAt', 'id'] : ['ingestedAt', 'time'];
    const stuck: string[] = [];
    for (const logical of needed) {
      const column = source.columns[logical];
      if (column === undefined) continue;
      const type = source.types[logical] ?? '';
      const condition = /^Date/.test(type) ? `>= now() - 60` : `= defaultValueOfTypeName(${literal(type)})`;
      const reached = await indexConditions(db, `${read} WHERE ${column} ${condition}`);
      if (reached === plain) stuck.push(mapping.columns[logical] ?? logical);
    }
    return stuck.length > 0 ? [found('view_hides_index', role, { table, columns: stuck })] : [];
  },
};

/** A table without parts is read without indexes. */
const isEmpty = async (db: Db, table: string): Promise<boolean> =>
  (await db.query(`SELECT 1 FROM ${qualified(table)} LIMIT 1`)).length === 0;

/** Conditions that indexes are asked for, as text; undefined where nothing is read that has indexes. */
async function indexConditions(db: Db, select: string): Promise<string | undefined> {
  const rows = await db.query<{ explain: string }>(`EXPLAIN indexes = 1 ${select}`);
  const lines = rows.flatMap(({ explain }) => explain.split('\n').map((line) => line.trim()));
  if (!lines.some((line) => line === 'Indexes:')) return undefined;
  const constant = (line: string) => line.replace(/\d{6,}/g, '#');
  return lines
    .filter((line) => line.startsWith('Condition: '))
    .map(constant)
    .join('\n');
}
