import type { Drill } from './drill';
import { until } from './fault';

/** Digests of the example's tables on both sides. */
export interface BothSides {
  readonly postgres: string;
  readonly clickhouse: string;
}

const fromPostgres = `SELECT
  (SELECT concat_ws(' ', count(*), coalesce(sum(amount), 0)::numeric(20, 4), coalesce(sum(refunded_amount), 0)::numeric(20, 4), count(refunded_at), coalesce(sum(order_id), 0)) FROM orders) AS orders,
  (SELECT concat_ws(' ', count(*), coalesce(sum(user_id), 0), string_agg(country, '' ORDER BY user_id)) FROM customers) AS customers,
  (SELECT concat_ws(' ', count(*), md5(string_agg(title || body, '' ORDER BY article_id))) FROM articles) AS articles`;

const fromClickHouse = `SELECT
  (SELECT concat(toString(count()), ' ', toDecimalString(sum(amount), 4), ' ', toDecimalString(sum(refunded_amount), 4), ' ', toString(countIf(refunded_at IS NOT NULL)), ' ', toString(sum(order_id))) FROM shop.orders FINAL) AS orders,
  (SELECT concat(toString(count()), ' ', toString(sum(user_id)), ' ', arrayStringConcat(groupArray(country))) FROM (SELECT * FROM shop.customers FINAL ORDER BY user_id)) AS customers,
  (SELECT concat(toString(count()), ' ', lower(hex(MD5(arrayStringConcat(groupArray(concat(title, body))))))) FROM (SELECT * FROM shop.articles FINAL ORDER BY article_id)) AS articles`;

/** Both sides as they are now: rows, sums and texts of every table. */
export async function bothSides({ db, postgres }: Pick<Drill, 'db' | 'postgres'>): Promise<BothSides> {
  const [source] = await postgres<Record<string, string>>(fromPostgres);
  const [copy] = await db.query<Record<string, string>>(fromClickHouse);
  return { postgres: JSON.stringify(source), clickhouse: JSON.stringify(copy) };
}

/** Waits until every row of Postgres is in ClickHouse, once, with its last value; the load has to stand still. */
export async function converged(drill: Pick<Drill, 'db' | 'postgres'>, within = 60): Promise<number> {
  let sides: BothSides = { postgres: '', clickhouse: '' };
  return until(
    'the copy equals the source',
    within,
    async () => {
      sides = await bothSides(drill).catch(() => sides);
      return sides.postgres !== '' && sides.postgres === sides.clickhouse;
    },
    () => `${sides.postgres} in Postgres, ${sides.clickhouse} in ClickHouse.`,
  );
}
