import type { AlertRule, RuleKit } from '../../rule';
import { runsOnce } from '../sql';

/** What rules about dbt have in common: they go by whole runs, so what they say holds at once. */
export const dbtRule = {
  needs: 'dbt',
  forSeconds: 0,
  missingEvals: 15,
  noData: 'KeepLast',
} as const satisfies Partial<AlertRule>;

/** Sub-query: runs up to the clock, each once. */
export const dbtRuns = (kit: RuleKit, where: string): string => runsOnce(kit, where);
