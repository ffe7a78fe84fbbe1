import type { AlertRule } from '../../rule';
import { dbtFailed } from './dbtFailed';
import { dbtSlaMissed } from './dbtSlaMissed';
import { dbtSlow } from './dbtSlow';
import { sourceStale } from './sourceStale';

/** Rules about dbt: do its jobs run, do they succeed, how long do they take, is there anything new to read. */
export const dbtRules: readonly AlertRule[] = [dbtFailed, dbtSlaMissed, dbtSlow, sourceStale];
