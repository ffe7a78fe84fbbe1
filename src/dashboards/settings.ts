import type { RoleName, WeekStart } from '../core/model';
import { roleNames } from '../core/model';
import type { PipelineConfig } from '../config/collectConfig';
import { defaultAlerts } from '../config/config';
import type { AlertsConfig, Config } from '../config/config';
import { filledSections, sections } from '../config/sections';
import type { Section } from '../config/sections';

/** What of a configuration is built into dashboards and provisioning. */
export interface BuildSettings {
  /** Database of the rollups. */
  readonly database: string;
  /** IANA name in which dashboards are shown: the zone in which the rollups' days begin. */
  readonly timezone: string;
  readonly weekStart: WeekStart;
  /** Seconds between two refreshes of a rollup, and how long a fresh row waits before it may be counted. */
  readonly everySeconds: number;
  readonly delaySeconds: number;
  /** Lives of the minute and the quarter-hour tiers, in days. */
  readonly minuteDays: number;
  readonly quarterDays: number;
  /** Roles that are mapped: panels of others are left out. */
  readonly roles: readonly RoleName[];
  /** Sections that are filled: panels of others are left out. */
  readonly sections: readonly Section[];
  /** How tables come from Postgres. */
  readonly pipelines: readonly PipelineConfig[];
  /** Section `alerts`: which rules there are and who is told. */
  readonly alerts: AlertsConfig;
  /** Whether ClickHouse is reached over TLS. */
  readonly secure: boolean;
}

/** Settings without a tidemark.yaml: what the committed dashboards are built with. The defaults are the config room's. */
export const defaultSettings: BuildSettings = {
  database: 'tidemark',
  timezone: 'UTC',
  weekStart: 'monday',
  everySeconds: 5,
  delaySeconds: 3,
  minuteDays: 7,
  quarterDays: 366,
  roles: roleNames,
  sections,
  pipelines: [],
  alerts: defaultAlerts,
  secure: false,
};

/** Takes the settings out of a configuration. Login and addresses stay behind: nothing secret reaches a built file. */
export function settingsOf(config: Config): BuildSettings {
  return {
    database: config.connection.database,
    timezone: config.reporting.timezone,
    weekStart: config.reporting.weekStart,
    everySeconds: config.refresh.everySeconds,
    delaySeconds: config.refresh.delaySeconds,
    minuteDays: config.tiers.minuteDays,
    quarterDays: config.tiers.quarterDays,
    // Refunds are made of orders that tell when they were given back.
    roles: roleNames.filter(
      (role) => config.roles[role] ?? (role === 'refunds' && config.roles.orders?.columns['refundTime']),
    ),
    sections: filledSections(config),
    pipelines: config.pipelines,
    alerts: config.alerts,
    secure: config.connection.url.startsWith('https:'),
  };
}
