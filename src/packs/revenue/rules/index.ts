import type { AlertRule } from '../../rule';
import { mrrMismatch } from './mrrMismatch';
import { refundSpike } from './refundSpike';

/** Alert rules over the roles *orders*, *refunds* and *subscriptions*. */
export const revenueRules: readonly AlertRule[] = [refundSpike, mrrMismatch];
