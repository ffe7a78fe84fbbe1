import type { Db } from '../core/db';
import { insertBatches } from './insert';
import { productRows } from './product/generate';
import { liveIncident, liveRequests } from './product/live';
import { dayMs } from './product/users';
import { timestamp } from './rows';
import { demoTables, fullName } from './tables';

/** Who follows what. */
export interface Following {
  /** Midnight UTC of the demo's first day, milliseconds since 1970. */
  readonly firstDayMs: number;
  /** Up to where the tables have everything. */
  readonly seededMs: number;
  /** Also the live incident (product/live.ts). */
  readonly incident: boolean;
}

/** Keeps the tables of the product demo up with the clock. */
export interface Follower {
  /** Inserts what happened since the last time, up to a moment; tells how many rows. Throws the server's error: nothing is skipped then. */
  catchUp(nowMs: number): Promise<number>;
}

/** Makes a follower: the rows that a seeding at that moment would have had (without refunds and subscriptions), as they happen. */
export function followProduct(db: Db, { firstDayMs, seededMs, incident }: Following): Follower {
  const beganMs = seededMs - liveIncident.agoMs;
  let lastMs = seededMs;
  let isFirst = true;
  return {
    async catchUp(nowMs) {
      const since = timestamp(lastMs);
      const fromDay = Math.floor((lastMs - firstDayMs) / dayMs);
      const { events, orders, requests } = productRows({ firstDayMs, nowMs, fromDay });
      const live = incident ? liveRequests(firstDayMs, beganMs, isFirst ? beganMs - 1 : lastMs, nowMs) : [];
      const fresh = [
        [demoTables.events, events.filter((e) => e.occurred_at > since)],
        [demoTables.orders, orders.filter((o) => o.ordered_at > since)],
        [demoTables.requests, [...requests.filter((r) => r.requested_at > since), ...live]],
      ] as const;
      let inserted = 0;
      for (const [table, rows] of fresh) {
        await insertBatches(db, fullName(table), rows, () => undefined);
        inserted += rows.length;
      }
      lastMs = nowMs;
      isFirst = false;
      return inserted;
    },
  };
}
