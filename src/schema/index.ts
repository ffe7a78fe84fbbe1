export { inspect } from './inspect';
export type { Installation, Source } from './installation';
export type { Action, ActionKind } from './migrate';
export { applyMigration, planMigration } from './migrate';
export { refreshOnce } from './refresh';
export type { InstalledRollup, Step } from './steps';
export { installedRollups, refreshSteps } from './steps';
export type { RollupStatus, Verdict } from './status';
export { readStatus, requireMigrated, settle } from './status';
