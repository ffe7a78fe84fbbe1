import { ident, qualified } from '../../../core/sql/quote';
import { bareType } from '../../inspect/types';
import type { Answer, Check } from '../check';
import { bounded } from '../check';
import type { SourceColumn } from '../facts';
import type { Found } from '../finding';
import { found } from '../words';

/** Names by which pipelines mark deleted rows: own flags, Debezium, PeerDB, collapsing signs, soft deletes. */
const marks =
  /^_*(is_?)?(deleted|removed)(_?(at|time))?$|^_*(peerdb|airbyte|fivetran|sdc)_+(is_)?deleted(_at)?$|^_?sign$/i;
const most = 10_000;

/** Are there marks of deleted rows that nobody mapped: such rows count as if they lived. */
export const tombstones: Check = {
  name: 'tombstones',
  of: 'role',
  async run({ role, mapping, facts, source }, { db }): Promise<Answer> {
    if (!facts || !source || mapping.columns['deleted'] !== undefined) return undefined;
    const used = Object.values(mapping.columns);
    // FINAL itself drops rows that the engine's own flag marks.
    const own = source.collapses ? /ReplacingMergeTree\([^,)]*, ?`?(\w+)`?\)/.exec(facts.engineFull)?.[1] : undefined;
    const suspects = facts.columns.filter((c) => marks.test(c.name) && !used.includes(c.name) && c.name !== own);
    const findings: Found[] = [];
    for (const suspect of suspects) {
      const condition = marked(suspect);
      if (condition === undefined) continue;
      const [row] = await db.query<{ rows: number }>(
        `SELECT toFloat64(count()) AS rows FROM (SELECT 1 FROM ${qualified(mapping.table)} WHERE ${condition} LIMIT ${most}) ${bounded}`,
      );
      const rows = row?.rows ?? 0;
      const { name } = suspect;
      findings.push(
        rows > 0
          ? found('tombstones', role, { column: name, rows, capped: rows === most })
          : found('tombstones_possible', role, { column: name }),
      );
    }
    return findings;
  },
};

/** Condition of a marked row; undefined for a type that marks nothing. */
function marked({ name, type }: SourceColumn): string | undefined {
  const column = ident(name);
  const bare = bareType(type);
  if (/^_?sign$/i.test(name)) return /^Int/.test(bare) ? `${column} < 0` : undefined;
  if (/^(Bool|U?Int)/.test(bare)) return `${column} != 0`;
  if (/^Date/.test(bare)) return `toYear(${column}) > 1970`;
  return undefined;
}
