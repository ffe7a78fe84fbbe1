import type { ScopedVars } from '@grafana/data';
import type { Replacer } from '../core/interpolate/through';
import type { Slots } from '../clickhouse/slots';
import type { Transport } from '../clickhouse/transport';

/** What the data source needs of the Grafana around it. Tests hand in their own, over a real engine. */
export interface Host {
  /** Requests to the data source's address. */
  transport(url: string): Transport;
  /** Places for queries that run side by side, of all data sources together. */
  readonly slots: Slots;
  /** Fills in dashboard variables; those with a format of their own (`${name:csv}`) are not given to `format`. */
  replace(text: string, scopedVars: ScopedVars, format: Parameters<Replacer>[1]): string;
  /** Whether a variable stands for All or is empty; undefined where there is no such variable. */
  isAll(variable: string, scopedVars: ScopedVars): boolean | undefined;
  /** Login of the viewer; empty where unknown. */
  user(): string;
  /** Fills the array with random bytes. */
  random(bytes: Uint8Array<ArrayBuffer>): unknown;
}
