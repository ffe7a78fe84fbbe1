import type { Drill } from './drill';
import { until } from './fault';

type Sides = Pick<Drill, 'db' | 'postgres'>;

/** The newest lag that is shown, in seconds, and when it was looked at; 1970 before the first look. */
export async function shownLag({ db }: Pick<Drill, 'db'>): Promise<{ readonly lag: number; readonly atMs: number }> {
  const [row] = await db.query<{ lag: number; ms: string }>(
    'SELECT lag_s AS lag, toUnixTimestamp64Milli(at) AS ms FROM tidemark.health_heartbeat ORDER BY at DESC LIMIT 1',
  );
  return { lag: Number(row?.lag ?? NaN), atMs: Number(row?.ms ?? 0) };
}

/** Writes a customer and waits until it is in the copy: when it was written, and after how many seconds it was there, by our own clock. */
export async function lagOfRow({ db, postgres }: Sides, email: string): Promise<{ written: number; lag: number }> {
  const [row] = await postgres<{ user_id: string }>(
    `INSERT INTO customers (email, full_name, country) VALUES ('${email}', 'M', 'DE') RETURNING user_id`,
  );
  const written = Date.now();
  await until('the row is there', 30, async () => {
    const found = await db.query(`SELECT 1 FROM shop.customers WHERE user_id = ${row!.user_id} LIMIT 1`);
    return found.length > 0;
  });
  return { written, lag: (Date.now() - written) / 1_000 };
}

/** The lag that the first look after a new row shows, less that row's own, in seconds. */
export async function shownLessMeasured(drill: Sides, email: string): Promise<number> {
  const { written, lag } = await lagOfRow(drill, email);
  await until('a look after it', 30, async () => (await shownLag(drill)).atMs > written);
  return (await shownLag(drill)).lag - lag;
}
