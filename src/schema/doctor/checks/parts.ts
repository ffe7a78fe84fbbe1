import { literal } from '../../../core/sql/quote';
import { tableOf } from '../../rollups/context';
import type { Check } from '../check';
import type { Found } from '../finding';
import { found } from '../words';

/** Parts of one partition, and of a table, that are too many; the server delays inserts at 1,000 of one partition. */
const many = { partition: 150, table: 2000 } as const;
/** Tombstones that are worth a note. */
const dead = { share: 0.5, rows: 10_000 } as const;

/** Do merges keep up on the tables that Tidemark keeps, and how much of them is dead. */
export const parts: Check = {
  name: 'parts',
  of: 'database',
  async run({ db, installation, migrated, steps }) {
    if (!migrated) return undefined;
    const tables = [...new Set(steps.map((s) => s.table))];
    const rows = await db.query<{ table: string; parts: number; most: number; partition: string }>(
      `SELECT table, toFloat64(sum(n)) AS parts, toFloat64(max(n)) AS most, argMax(partition, n) AS partition
FROM (SELECT table, partition, count() AS n FROM system.parts WHERE active AND database = ${literal(installation.database)} GROUP BY table, partition)
GROUP BY table ORDER BY table`,
    );
    const findings: Found[] = rows
      .filter((r) => tables.includes(r.table) && (r.most > many.partition || r.parts > many.table))
      .map((r) => found('too_many_parts', r.table, r));
    const there = new Set(rows.map((r) => r.table));
    for (const { name, of } of steps) {
      if (of.kind !== 'places' || !there.has(name)) continue;
      const [row] = await db.query<{ rows: number; dead: number }>(
        `SELECT toFloat64(count()) AS rows, toFloat64(sum(del)) AS dead FROM ${tableOf(installation, name)}`,
      );
      const share = row && row.rows > dead.rows ? row.dead / row.rows : 0;
      if (share > dead.share) findings.push(found('tombstone_share', name, { rows: row?.rows ?? 0, share }));
    }
    return findings;
  },
};
