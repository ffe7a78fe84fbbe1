import { onPostgres } from './ask';

/**
 * Gives the example's tables (pipelines/shop.sql) a past, so that charts begin with one: a thousand customers and, for each of so
 * many days, some four hundred orders, more by day than by night and fewer on weekends; one in twenty is refunded. Does nothing where
 * there are orders already.
 */
export async function fillHistory(url: string, days: number): Promise<void> {
  const [found] = await onPostgres<{ some: boolean }>(url, 'SELECT EXISTS (SELECT FROM orders) AS some');
  if (found?.some) return;
  await onPostgres(
    url,
    `
    SELECT setseed(0.4);
    INSERT INTO customers (email, full_name, country, created_at)
    SELECT 'customer' || g || '@example.com', 'Customer ' || g, (ARRAY['DE', 'FR', 'US', 'GB', 'JP'])[1 + floor(random() * 5)::int], now() - random() * interval '1 day' * ${days}
    FROM generate_series(1, 1000) g;
    INSERT INTO articles (title, body)
    SELECT 'Article ' || g, (SELECT string_agg(md5(g || '/' || i), '') FROM generate_series(1, 300) i) FROM generate_series(1, 20) g;
    INSERT INTO orders (user_id, ordered_at, amount, items, refunded_amount, refunded_at)
    SELECT user_id, at, amount, items, CASE WHEN refunded THEN amount ELSE 0 END, CASE WHEN refunded THEN least(now(), at + interval '2 days') END
    FROM (
      SELECT 1 + floor(1000 * random() ^ 2)::bigint AS user_id, round((5 + 60 * random() ^ 3)::numeric, 2) AS amount, 1 + floor(random() * 4)::int AS items,
        random() < 0.05 AS refunded,
        date_trunc('day', now()) - d * interval '1 day' + (12 + 5 * (random() + random() + random() - 1.5)) * interval '1 hour' AS at
      FROM generate_series(0, ${days}) d, generate_series(1, 400) n
      WHERE (n * 7919 + d * 104729) % 100 < CASE WHEN extract(isodow FROM now() - d * interval '1 day') > 5 THEN 60 ELSE 75 + d % 25 END
    ) AS made
    WHERE at < now()
    ORDER BY at;
    ANALYZE`,
  );
}
