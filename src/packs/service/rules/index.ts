import type { AlertRule } from '../../rule';
import { errorRate } from './errorRate';
import { latencyP95 } from './latencyP95';
import { throughputDrop } from './throughputDrop';

/** Alert rules over role *requests*. */
export const serviceRules: readonly AlertRule[] = [errorRate, latencyP95, throughputDrop];
