import type { Db } from '../../core/db';
import type { RoleName } from '../../core/model';
import { qualified } from '../../core/sql/quote';
import type { Installation, Source } from '../installation';

/** Keys whose values are told apart by lists: role → logical columns. */
export type CappedKeys = ReadonlyMap<string, readonly string[]>;

/** Which keys have lists already. Empty before the first migrate. */
export async function readCapped(installation: Installation, db: Db): Promise<CappedKeys> {
  const [made] = await db.query<{ n: number }>(
    "SELECT toUInt8(count()) AS n FROM system.tables WHERE database = {database:String} AND name = 'top_values'",
    { database: installation.database },
  );
  if (made?.n !== 1) return new Map();
  const rows = await db.query<{ role: string; keys: string[] }>(
    `SELECT role, arraySort(groupUniqArray(toString(dimension))) AS keys FROM ${qualified(`${installation.database}.top_values`)} GROUP BY role`,
  );
  return new Map(rows.map(({ role, keys }) => [role, keys] as const));
}

/** The installation with these keys capped; a key that the role does not have (any more) is left out. */
export function withCapped(installation: Installation, keys: CappedKeys): Installation {
  const sources = Object.entries(installation.sources) as [RoleName, Source][];
  return {
    ...installation,
    sources: Object.fromEntries(
      sources.map(([role, source]) => {
        const capped = (keys.get(role) ?? []).filter((k) => source.columns[k] !== undefined);
        return [role, { ...source, capped }] as const;
      }),
    ),
  };
}
