import type { PipelineConfig } from '../../config/collectConfig';
import type { HealthRow } from '../../packs/health';
import type { healthPublication } from '../../packs/pipeline/health/publication';
import { monitorGrant } from './server';
import type { Session } from './session';

interface Read {
  readonly name: string;
  readonly all_tables: boolean;
  readonly operations: readonly string[];
  readonly tables: number;
  /** Of those that were asked for. */
  readonly has: readonly string[];
}

const publicationsSql = `SELECT p.pubname AS name, p.puballtables AS all_tables,
  array_remove(ARRAY[CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END, CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END], NULL) AS operations,
  (SELECT count(*)::int FROM pg_publication_tables AS t WHERE t.pubname = p.pubname) AS tables,
  coalesce((SELECT array_agg(t.schemaname || '.' || t.tablename) FROM pg_publication_tables AS t
    WHERE t.pubname = p.pubname AND t.schemaname || '.' || t.tablename = ANY ($2::text[])), '{}') AS has
FROM pg_publication AS p WHERE p.pubname = ANY ($1::text[])`;

/** Tables that a pipeline replicates, its heartbeat included. */
export const replicatedTables = ({ tables, heartbeat }: PipelineConfig): readonly string[] => [
  ...tables.map(({ table }) => table),
  ...(heartbeat ? [heartbeat.table] : []),
];

/** Rows of the publications that the pipelines of a database need, one for each pipeline. @throws TidemarkError pg_*. */
export async function readPublications(
  session: Session,
  server: string,
  pipelines: readonly PipelineConfig[],
): Promise<readonly HealthRow<typeof healthPublication>[]> {
  const about = { what: 'its publications', grant: monitorGrant(session.user) };
  const names = pipelines.flatMap(({ postgres }) => (postgres ? [postgres.publication] : []));
  const wanted = [...new Set(pipelines.flatMap(replicatedTables))];
  const rows = await session.query<Read>(about, publicationsSql, [names, wanted]);
  return pipelines.map((pipeline) => {
    const publication = pipeline.postgres?.publication ?? '';
    const read = rows.find(({ name }) => name === publication);
    return {
      server,
      database: session.database,
      publication,
      pipeline: pipeline.name,
      present: read ? 1 : 0,
      all_tables: read?.all_tables ? 1 : 0,
      operations: read?.operations ?? [],
      tables: read?.tables ?? 0,
      missing: replicatedTables(pipeline).filter((table) => !read?.has.includes(table)),
    };
  });
}
