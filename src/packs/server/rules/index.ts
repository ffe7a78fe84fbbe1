import type { AlertRule } from '../../rule';
import { chDisk, chDiskLow } from './chDisk';
import { chDiskForecast } from './chDiskForecast';
import { chInserts } from './chInserts';
import { chKeeper } from './chKeeper';
import { chMutation } from './chMutation';
import { chParts, chPartsHigh } from './chParts';
import { chReplica } from './chReplica';
import { costBudget } from './costBudget';
import { deadman } from './deadman';

/** Rules about the ClickHouse server itself. */
export const serverRules: readonly AlertRule[] = [
  deadman,
  chParts,
  chPartsHigh,
  chInserts,
  chReplica,
  chKeeper,
  chMutation,
  chDisk,
  chDiskLow,
  chDiskForecast,
  costBudget,
];
