import type { FunnelSpec } from '../core/funnel/spec';
import type { RetentionSpec } from '../core/retention/spec';
import type { CollectConfig, PipelineConfig } from './collectConfig';
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

/** A limit of a rule as tidemark.yaml sets it; subject `''`: of all subjects. The value is in the limit's own measure. */
export interface ThresholdConfig {
  readonly rule: string;
  readonly subject: string;
  readonly name: string;
  readonly value: number;
}

/** How messages are sent by email, where Alertmanager sends them. Grafana has its own settings for that. */
export interface EmailConfig {
  readonly to: readonly string[];
  readonly from: string;
  /** `host:port` of the SMTP server. */
  readonly smarthost: string;
  /** Absent: no login. Its password is a file that Alertmanager reads. */
  readonly user?: string;
  /** Whether to refuse a server that does not encrypt. */
  readonly requireTls: boolean;
}

/** Who is told what, and from which numbers on. All rules and limits that are named exist. */
export interface AlertsConfig {
  /** Rules that are not installed. */
  readonly off: readonly string[];
  readonly thresholds: readonly ThresholdConfig[];
  /** Subjects that a rule tells of also when there is no row of them. */
  readonly subjects: readonly { readonly rule: string; readonly subject: string }[];
  /** ISO days on which a drop is no news, bridge days included unless they are switched off. */
  readonly holidays: readonly { readonly day: string; readonly name: string }[];
  /** Kind of the data source through which Grafana's server asks. */
  readonly through: 'clickhouse' | 'mysql';
  readonly team: string;
  /** Address of Grafana without a slash at its end; absent: messages have no links but those that Grafana adds. */
  readonly grafana?: string;
  /** Address below which the runbooks are read, without a slash at its end. */
  readonly runbooks: string;
  readonly slack?: { readonly channel: string; readonly by: 'webhook' | 'token' };
  readonly email?: EmailConfig;
  /** Folder of the files with secrets that Alertmanager reads, without a slash at its end. */
  readonly secrets: string;
}

/** How messages are sent by email where only the addresses are written. */
export const defaultEmail = {
  from: 'tidemark@localhost.localdomain',
  smarthost: 'localhost:25',
  requireTls: true,
} as const;

/** Where nothing is written: all rules, with their own limits; nobody is told. */
export const defaultAlerts: AlertsConfig = {
  off: [],
  thresholds: [],
  subjects: [],
  holidays: [],
  through: 'clickhouse',
  team: 'data',
  runbooks: 'docs/runbooks',
  secrets: '/etc/alertmanager/secrets',
};

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
  readonly alerts: AlertsConfig;
  /** In the order of tidemark.yaml; none without {@link collect}. */
  readonly pipelines: readonly PipelineConfig[];
  /** Absent: nothing is collected, and no health tables are made. */
  readonly collect?: CollectConfig;
}
