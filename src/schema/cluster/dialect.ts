import { ident, literal } from '../../core/sql/quote';

/** Where the rows of a table are one and the same. */
export type Scope =
  /** On the replicas of a shard: rollups, ledgers, progress. */
  | 'shard'
  /** On all servers: what must not differ between shards. */
  | 'cluster';

/** What makes a statement one for a cluster. */
export interface Dialect {
  /** Name of the cluster, or a macro such as `{cluster}`. */
  readonly cluster: string;
  /** Stands after the name of the object: ` ON CLUSTER …`. */
  readonly onCluster: string;
  /** Settings that each refresh has to have. */
  readonly refreshSettings: readonly string[];
  /**
   * The replicated form of a MergeTree engine.
   * @param engine such as `ReplacingMergeTree(run, del)`, without what follows
   * @param table `database.table`, not quoted
   * @param generation tells tables apart that bear one name after another (a rebuild); absent: there is only one
   * @throws Error where the engine is none of the MergeTree family
   */
  engine(engine: string, table: string, scope: Scope, generation?: string): string;
  /** Engine of a table that reads all shards; without a sharding key, so that nobody writes through it. */
  distributed(database: string, table: string): string;
}

/**
 * Paths in Keeper name the table and its generation, not its UUID: a server that is added later makes the same path, and a
 * table that was renamed by EXCHANGE does not stand in the way of the next one.
 */
export function clusterDialect(cluster: string): Dialect {
  return {
    cluster,
    onCluster: ` ON CLUSTER ${ident(cluster)}`,
    // A refresh reads its own target and its progress: with parallel replicas another server may answer, that has less.
    refreshSettings: ['enable_parallel_replicas = 0'],
    engine(engine, table, scope, generation) {
      const [, name, args] = /^(\w*MergeTree)(?:\((.*)\))?$/.exec(engine) ?? [];
      if (name === undefined) throw new Error(`${engine} has no replicated form.`);
      const [database = '', own = ''] = split(table);
      const where = scope === 'shard' ? '{shard}' : 'all';
      // Braces are macros here: none may come from a name.
      const steps = ['/clickhouse/tables', where, ...[database, own, generation].flatMap((s) => (s ? [plain(s)] : []))];
      const replica = scope === 'shard' ? '{replica}' : '{shard}_{replica}';
      const given = args ? `, ${args}` : '';
      return `Replicated${name}(${literal(steps.join('/'))}, ${literal(replica)}${given})`;
    },
    distributed: (database, table) => `Distributed(${[cluster, database, table].map(literal).join(', ')})`,
  };
}

const split = (name: string): readonly string[] => {
  const dot = name.indexOf('.');
  return [name.slice(0, dot), name.slice(dot + 1)];
};

/** A name as one step of a path in Keeper. */
const plain = (name: string): string => name.replace(/[^\w.-]/g, (c) => `%${c.codePointAt(0)?.toString(16) ?? ''}`);
