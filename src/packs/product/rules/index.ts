import type { AlertRule } from '../../rule';
import { dauDrop } from './dauDrop';
import { eventsSilence } from './eventsSilence';
import { funnelDrop } from './funnelDrop';

/** Alert rules over role *events*. */
export const productRules: readonly AlertRule[] = [eventsSilence, dauDrop, funnelDrop];
