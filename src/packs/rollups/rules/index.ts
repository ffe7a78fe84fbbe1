import type { AlertRule } from '../../rule';
import { lateEvents } from './lateEvents';
import { recomputeBacklog } from './recomputeBacklog';
import { rollupDrift } from './rollupDrift';
import { viewRefreshFailed } from './viewRefreshFailed';
import { viewRefreshOverdue } from './viewRefreshOverdue';
import { viewRefreshSlow } from './viewRefreshSlow';

/** Rules about the rollups themselves: are they kept, are they true. */
export const rollupRules: readonly AlertRule[] = [
  viewRefreshFailed,
  viewRefreshOverdue,
  viewRefreshSlow,
  rollupDrift,
  lateEvents,
  recomputeBacklog,
];
