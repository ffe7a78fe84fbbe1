import type { IdleOptions } from './refresh/idle';
import { runIdle } from './refresh/idle';
import { runLate } from './refresh/late';
import type { StoredOptions } from './refresh/stored';
import { runStored } from './refresh/stored';

export type RefreshOptions = StoredOptions &
  IdleOptions & {
    readonly idle?: boolean;
    /** Number of late events; true where none is named. */
    readonly late?: number | true;
  };

/** The three questions about refreshes: idle views, stored history, late rows. One a run, each with a report of its own. */
export async function runRefresh(options: RefreshOptions): Promise<void> {
  const { idle = false, late } = options;
  if (idle) return runIdle(options);
  if (late !== undefined) return runLate({ ...options, late: late === true ? 10_000 : late });
  return runStored(options);
}
