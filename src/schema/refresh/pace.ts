import { calmPeriods } from '../../packs/periods';
import type { Installation } from '../installation';

/** Periods between two runs of what works off queued days. */
const recountPeriods = 12;

/** Seconds between two refreshes of an upper tier, of the queue of late days, and of what a *moving* source feeds. */
export const calmSeconds = ({ everySeconds }: Pick<Installation, 'everySeconds'>): number => calmPeriods * everySeconds;

/** Seconds between two runs of the views that recount days. */
export const recountSeconds = ({ everySeconds }: Pick<Installation, 'everySeconds'>): number =>
  recountPeriods * everySeconds;
