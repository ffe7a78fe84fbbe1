import type { RoleName } from '../core/model';

/** A replicated table and its copy. */
export interface PipelineTable {
  /** `schema.table` in Postgres. */
  readonly table: string;
  /** `database.table` in ClickHouse. */
  readonly target: string;
  /** Column whose greatest value is compared; absent: the primary key where it is one column. */
  readonly key?: string;
  /** Column with the time of the last change. */
  readonly updatedAt?: string;
  /** Columns that are not copied on purpose. */
  readonly ignore: readonly string[];
  /** Column of the copy that is 1 in deleted rows; absent: its engine leaves them out itself. */
  readonly deleted?: string;
}

/** The row whose age in ClickHouse is the lag. */
export interface HeartbeatConfig {
  /** `schema.table` in Postgres. */
  readonly table: string;
  /** `database.table` in ClickHouse. */
  readonly target: string;
  /** Column of both: when it was last written, by the clock of Postgres. */
  readonly column: string;
  readonly everySeconds: number;
}

/** One way from Postgres to ClickHouse. What it names under `collect` exists. */
export interface PipelineConfig {
  /** Letters, digits, `_` and `-`. */
  readonly name: string;
  readonly kind: 'debezium' | 'materialized';
  /** Roles whose completeness depends on it; all are mapped. */
  readonly roles: readonly RoleName[];
  readonly postgres?: {
    /** Name of a {@link PostgresConfig}. */
    readonly server: string;
    readonly database: string;
    readonly slot: string;
    readonly publication: string;
  };
  readonly heartbeat?: HeartbeatConfig;
  readonly tables: readonly PipelineTable[];
  /** `database.view` of truth tests. */
  readonly checks: readonly string[];
  readonly kafka?: {
    /** Name of a {@link KafkaConfig}. */
    readonly cluster: string;
    readonly groups: readonly { readonly group: string; readonly topics: readonly string[] }[];
    /** Messages of lag per partition that do not count. */
    readonly lagFloor: number;
    readonly deadLetters: readonly string[];
  };
  readonly connect?: {
    /** Name of a {@link ConnectConfig}. */
    readonly cluster: string;
    readonly connectors: readonly string[];
  };
}

interface Watched {
  readonly name: string;
  /** Seconds between two looks. */
  readonly everySeconds: number;
}

/** A PostgreSQL server. */
export interface PostgresConfig extends Watched {
  /** `postgres://user@host:port/database?…`, without a password. */
  readonly url: string;
  readonly password: string;
  /** Seconds between two comparisons of the tables with their copies. */
  readonly tablesEverySeconds: number;
}

/** A Kafka cluster. */
export interface KafkaConfig extends Watched {
  /** `host:port`. */
  readonly brokers: readonly string[];
  readonly tls: boolean;
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly user: string;
    readonly password: string;
  };
}

/** A Kafka Connect cluster. */
export interface ConnectConfig extends Watched {
  /** `http://host:8083`, without a slash at its end. */
  readonly url: string;
  readonly user?: string;
  readonly password: string;
  /** Address of Jolokia, without a slash at its end. */
  readonly jolokia?: string;
}

/** A dbt job that should run again and again. */
export interface DbtJobConfig {
  readonly name: string;
  readonly everyMs: number;
  /** Age of the last success from which on it is late. */
  readonly lateMs: number;
  /** What it passes to `--select`; absent: every invocation is its. */
  readonly selects?: string;
  /** Command whose success is its; absent: any that makes something. */
  readonly command?: string;
}

interface DbtProject extends Watched {
  readonly jobs: readonly DbtJobConfig[];
}

/** A dbt project whose runs are read from what dbt leaves in its target folder. */
export interface DbtTargetConfig extends DbtProject {
  /** Folder that dbt writes to, as written: it counts from the folder of tidemark.yaml. */
  readonly target: string;
  readonly elementary?: undefined;
}

/** Tables of the dbt package Elementary that are read, where a project names its database. */
export const elementaryTableNames = [
  'dbt_invocations',
  'dbt_run_results',
  'dbt_source_freshness_results',
  'dbt_models',
  'dbt_tests',
  'dbt_snapshots',
  'dbt_seeds',
  'dbt_sources',
] as const;

/** A dbt project whose runs are read from the tables of the dbt package Elementary. */
export interface DbtElementaryConfig extends DbtProject {
  /** Database of ClickHouse that has `dbt_invocations` and `dbt_run_results`. */
  readonly elementary: string;
  readonly target?: undefined;
}

/** A dbt project: its runs are read from one place. */
export type DbtConfig = DbtTargetConfig | DbtElementaryConfig;

/** What `tidemark collect` looks at, in the order of tidemark.yaml. */
export interface CollectConfig {
  /** ClickHouse user; absent: that of the connection. */
  readonly login?: { readonly user: string; readonly password: string };
  /** Where /metrics and /healthz are served; absent: nowhere. */
  readonly listen?: { readonly host: string; readonly port: number };
  /** What is kept while ClickHouse cannot be reached. */
  readonly buffer: { readonly rows: number; readonly bytes: number };
  readonly clickhouse: { readonly everySeconds: number; readonly queries: boolean };
  readonly postgres: readonly PostgresConfig[];
  readonly kafka: readonly KafkaConfig[];
  readonly connect: readonly ConnectConfig[];
  readonly dbt: readonly DbtConfig[];
}
