import type { Db } from '../../core/db';
import type { Installation } from '../installation';
import { tableOf } from '../rollups/context';

/** Refreshable view → seconds between two runs, as it was made. */
export async function periodsOf(db: Db, installation: Installation): Promise<ReadonlyMap<string, number>> {
  const rows = await db.query<{ name: string; seconds: number }>(
    `SELECT name, toFloat64(extract(ddl, 'REFRESH EVERY (\\\\d+) SECOND')) AS seconds
FROM ${tableOf(installation, 'schema_objects')} FINAL WHERE kind = 'refresh' AND ddl LIKE '%REFRESH EVERY%'`,
  );
  return new Map(rows.map(({ name, seconds }) => [name, seconds]));
}
