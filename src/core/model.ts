/**
 * The words that packs, schema, dashboards and the CLI share: roles, source classes, rollups, metrics. Plain data only.
 */

/** How rows of a source may change; decides how its rollups are kept and what is promised (docs/rollups.md). */
export const sourceClasses = ['append', 'fixed', 'moving', 'window'] as const;
export type SourceClass = (typeof sourceClasses)[number];

export const roleNames = ['events', 'requests', 'orders', 'refunds', 'subscriptions'] as const;
export type RoleName = (typeof roleNames)[number];

/** A logical column of a role: what it means, whether a mapping must name it. */
export interface RoleColumn {
  readonly name: string;
  readonly required: boolean;
  readonly description: string;
}

/** A role: one kind of source table that packs read, with its logical columns. */
export interface Role {
  readonly name: RoleName;
  readonly description: string;
  readonly columns: readonly RoleColumn[];
}

/** A role as the user mapped it in tidemark.yaml. Column names are the source's own. */
export interface RoleMapping {
  /** `database.table` of the source. */
  readonly table: string;
  readonly sourceClass: SourceClass;
  /** Logical column → column of the source. */
  readonly columns: Readonly<Record<string, string>>;
  /** Class *window* only: how many days back each refresh recomputes. */
  readonly windowDays?: number;
}

/** Widths of a rollup's buckets: UTC minutes, UTC quarter hours (which form the days of every zone), days of one zone. */
export const grains = ['minute', 'quarter', 'day'] as const;
export type Grain = (typeof grains)[number];

/** One of the engine's day-starting choices for weeks. */
export const weekStarts = ['monday', 'sunday'] as const;
export type WeekStart = (typeof weekStarts)[number];

/** Measure classes of the planner: what may be merged over what. */
export const measureClasses = [
  'additive',
  'state-additive',
  'entity-set',
  'semi-additive',
  'ratio',
  'ordered',
] as const;
export type MeasureClass = (typeof measureClasses)[number];
