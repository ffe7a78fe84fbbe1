import type { FunnelSpec } from '../core/funnel/spec';
import type { RetentionSpec } from '../core/retention/spec';
import type { RoleMapping, RoleName, WeekStart } from '../core/model';

/** How to reach ClickHouse's HTTP interface. */
export interface ConnectionConfig {
  /** `http://host:port` or `https://host:port`, without path and login. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** Database that holds everything Tidemark makes (rollups, catalogue, progress). */
  readonly database: string;
  /** Cluster on whose servers everything is made; absent: one server. */
  readonly cluster?: string;
}

/** In which calendar days and weeks are counted. */
export interface ReportingConfig {
  /** IANA name, exactly spelled as ClickHouse knows it. */
  readonly timezone: string;
  /** Further zones whose days are kept too; none of them is {@link timezone}. */
  readonly zones: readonly string[];
  readonly weekStart: WeekStart;
}

/** How the rollups follow their sources. Whole numbers. */
export interface RefreshConfig {
  /** Period of the refreshable views. */
  readonly everySeconds: number;
  /** D of docs/rollups.md: rows stamped within the last D seconds wait for the next refresh. */
  readonly delaySeconds: number;
  /** How far back of its proven watermark each refresh reads again. */
  readonly overlapSeconds: number;
  /** Days before today that each refresh keeps current at once; older touched days are queued. */
  readonly freshDays: number;
  /** Queued days that one run of the late lane recounts. */
  readonly lateDaysPerRun: number;
  /** Memory that one refresh may take, in MB. */
  readonly memoryMb: number;
}

/** Lives of the finer tiers, in days; day tiers live for ever. */
export interface TiersConfig {
  readonly minuteDays: number;
  /** More than {@link minuteDays}. */
  readonly quarterDays: number;
}

/** A further column of a role to group and filter by. */
export interface DimensionConfig {
  /** A logical column's name like any other: `/^[a-z][a-z0-9_]*$/`, none of the role's own. */
  readonly name: string;
  /** As written in tidemark.yaml. */
  readonly from: string;
  /** What {@link from} means: the column, and the keys within it where it is a path (`props.geo.city`). */
  readonly column: string;
  readonly path: readonly string[];
  /** How many of its values rollups keep apart. */
  readonly top?: number;
}

/** A role as mapped by the user, with the logical columns that are one constant for all rows. */
export interface RoleConfig extends RoleMapping {
  /** Logical column → its value in every row (for example currency → USD). Disjoint from `columns`. */
  readonly constants: Readonly<Record<string, string>>;
  /** In the order of tidemark.yaml. */
  readonly dimensions: readonly DimensionConfig[];
  /** Capped logical column (`cappedColumns` of packs/roles.ts) or dimension → how many of its values rollups keep apart. */
  readonly tops: Readonly<Record<string, number>>;
  /** Days that the source keeps its rows; absent where only its TTL may say so. */
  readonly keepsDays?: number;
  /** `insert` only in class *append* where no row is delivered twice. */
  readonly mode: 'recompute' | 'insert';
  /** Role *events*: event names of which step rows are kept for funnels. */
  readonly steps: readonly string[];
  /** Role *events*: event names whose first use, breadth and frequency are followed. */
  readonly features: readonly string[];
  /** Role *requests*: Apdex threshold in ms. */
  readonly apdexMs: number;
}

/** A valid tidemark.yaml with its defaults filled in and its environment references replaced. */
export interface Config {
  /** Where it was read from, for messages. */
  readonly file: string;
  readonly connection: ConnectionConfig;
  readonly reporting: ReportingConfig;
  readonly refresh: RefreshConfig;
  readonly tiers: TiersConfig;
  readonly roles: Readonly<Partial<Record<RoleName, RoleConfig>>>;
  /** Kept as rollups, in the order of tidemark.yaml; all they name exists. */
  readonly funnels: readonly FunnelSpec[];
  readonly retentions: readonly RetentionSpec[];
}
