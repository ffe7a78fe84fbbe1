/** What the catalogs of Postgres say of a table. */
export interface Catalog {
  /** `schema.table`, as it was asked for. */
  readonly table: string;
  readonly present: boolean;
  readonly published: boolean;
  readonly columns: readonly string[];
  readonly published_columns: readonly string[];
  /** pg_class.relreplident: d, n, f, i. */
  readonly identity: string;
  readonly index_identity: boolean;
  readonly primary_key: readonly string[];
  /** Column → type. */
  readonly types: Readonly<Record<string, string>>;
  /** Columns that an index begins with. */
  readonly indexed: readonly string[];
  /** Rows as statistics guess them; null where nothing is known. */
  readonly estimate: string | null;
  readonly changes: string | null;
  readonly updates: string | null;
  /** Whether this server replays what another writes: then nobody counts changes here. */
  readonly replica: boolean;
}

/**
 * All tables in one statement over catalogs: $1 their names, $2 the publication. Of a partitioned table the statistics of the
 * partitions are added up. Needs no right to the tables.
 */
export const catalogSql = (major: number): string => `WITH wanted AS (
  SELECT t.name, to_regclass(quote_ident(split_part(t.name, '.', 1)) || '.' || quote_ident(substr(t.name, strpos(t.name, '.') + 1))) AS oid
  FROM unnest($1::text[]) AS t(name)
)
SELECT w.name AS "table", c.oid IS NOT NULL AS present, p.tablename IS NOT NULL AS published, c.relreplident AS identity,
  EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = c.oid AND i.indisreplident) AS index_identity,
  coalesce(a.columns, '{}') AS columns, coalesce(a.published_columns, '{}') AS published_columns, coalesce(a.types, '{}') AS types,
  coalesce((SELECT array_agg(k.attname::text) FROM pg_index AS i JOIN pg_attribute AS k ON k.attrelid = i.indrelid AND k.attnum = ANY (i.indkey)
    WHERE i.indrelid = c.oid AND i.indisprimary), '{}') AS primary_key,
  coalesce((SELECT array_agg(DISTINCT k.attname::text) FROM pg_index AS i JOIN pg_attribute AS k ON k.attrelid = i.indrelid AND k.attnum = i.indkey[0]
    WHERE i.indrelid = c.oid AND i.indisvalid AND i.indpred IS NULL), '{}') AS indexed,
  CASE WHEN s.live > 0 OR c.relpages = 0 THEN s.live ELSE nullif(greatest(c.reltuples::bigint, s.live), -1) END AS estimate,
  s.changes, s.updates, pg_is_in_recovery() AS replica
FROM wanted AS w LEFT JOIN pg_class AS c ON c.oid = w.oid
LEFT JOIN pg_publication_tables AS p ON p.pubname = $2 AND p.schemaname || '.' || p.tablename = w.name
LEFT JOIN LATERAL (
  SELECT array_agg(attname::text ORDER BY attnum) AS columns,
    array_agg(attname::text ORDER BY attnum)${major >= 15 ? ' FILTER (WHERE p.attnames IS NULL OR attname = ANY (p.attnames))' : ''} AS published_columns,
    json_object_agg(attname, format_type(atttypid, NULL)) AS types
  FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
) AS a ON true
LEFT JOIN LATERAL (
  SELECT sum(n_live_tup)::bigint AS live, sum(n_tup_ins + n_tup_upd + n_tup_del)::bigint AS changes, sum(n_tup_upd)::bigint AS updates
  FROM pg_stat_all_tables WHERE relid = c.oid OR (c.relkind = 'p' AND relid IN (SELECT relid FROM pg_partition_tree(c.oid)))
) AS s ON true`;
