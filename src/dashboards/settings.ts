import type { RoleName, WeekStart } from '../core/model';
import { roleNames } from '../core/model';
import type { Config } from '../config/config';

/** Parts of tidemark.yaml beside the roles without which some panels have nothing to read. */
export const sections = ['features'] as const;
export type Section = (typeof sections)[number];

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
};

/** Whether a configuration has a section filled. */
const filled: Readonly<Record<Section, (config: Config) => boolean>> = {
  features: ({ roles }) => (roles.events?.features.length ?? 0) > 0,
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
    sections: sections.filter((section) => filled[section](config)),
  };
}
