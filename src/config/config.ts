import type { RoleMapping, RoleName, WeekStart } from '../core/model';

/** How to reach ClickHouse's HTTP interface. */
export interface ConnectionConfig {
  /** `http://host:port` or `https://host:port`, without path and login. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** Database that holds everything Tidemark makes (rollups, catalogue, progress). */
  readonly database: string;
}

/** In which calendar days and weeks are counted. */
export interface ReportingConfig {
  /** IANA name, exactly spelled as ClickHouse knows it. */
  readonly timezone: string;
  readonly weekStart: WeekStart;
}

/** How the rollups follow their sources. All in whole seconds. */
export interface RefreshConfig {
  /** Period of the refreshable views. */
  readonly everySeconds: number;
  /** D of docs/rollups.md: rows stamped within the last D seconds wait for the next refresh. */
  readonly delaySeconds: number;
  /** How far back of its proven watermark each refresh reads again. */
  readonly overlapSeconds: number;
}

/** A role as mapped by the user, with the logical columns that are one constant for all rows. */
export interface RoleConfig extends RoleMapping {
  /** Logical column → its value in every row (for example currency → USD). Disjoint from `columns`. */
  readonly constants: Readonly<Record<string, string>>;
}

/** A valid tidemark.yaml with its defaults filled in and its environment references replaced. */
export interface Config {
  /** Where it was read from, for messages. */
  readonly file: string;
  readonly connection: ConnectionConfig;
  readonly reporting: ReportingConfig;
  readonly refresh: RefreshConfig;
  readonly roles: Readonly<Partial<Record<RoleName, RoleConfig>>>;
}
