import type { RequestRow } from '../rows';
import { endpoints } from './endpoints';
import { productSeed } from './generate';
import { randomOf } from './random';
import { releaseAt } from './releases';
import { answerOf, rowOf } from './requests';
import { copyStep } from './scale';

const minuteMs = 60_000;

/**
 * The live incident, for those who watch: the payment provider answers late and fails, and the apps ask again at once. It is no part of
 * the demo's past: its rows come while somebody follows, from `agoMs` before that on. For each `everyMs` it lasts `lengthMs`, then the
 * provider is well again.
 */
export const liveIncident = {
  agoMs: 12 * minuteMs,
  lengthMs: 60 * minuteMs,
  everyMs: 120 * minuteMs,
  perMinute: 48,
} as const;

/** Ids of nobody: above those of all copies, so that neither seeding nor copying takes them for people of the demo. */
const liveUser = 99 * copyStep;

const payments = endpoints.find((e) => e.service === 'checkout' && e.path === '/payments');

/**
 * Requests of the incident after one moment up to another (milliseconds since 1970); the same of each minute for everybody.
 * `beganMs` is when it began first.
 */
export function liveRequests(firstDayMs: number, beganMs: number, fromMs: number, toMs: number): RequestRow[] {
  const rows: RequestRow[] = [];
  if (!payments) return rows;
  const { everyMs, lengthMs, perMinute } = liveIncident;
  for (let minute = Math.floor(Math.max(fromMs, beganMs) / minuteMs); minute * minuteMs <= toMs; minute++) {
    const random = randomOf(productSeed, 12, minute);
    for (let i = 0; i < perMinute; i++) {
      const atMs = minute * minuteMs + Math.floor(((i + random.next()) * minuteMs) / perMinute);
      const release = { ...releaseAt('checkout', atMs - firstDayMs, 1), bad: true };
      const answer = answerOf(random, payments, release);
      const isOn = atMs >= beganMs && (atMs - beganMs) % everyMs < lengthMs;
      if (!isOn || atMs <= fromMs || atMs > toMs) continue;
      rows.push(
        rowOf({ id: `live-${minute}-${i}`, atMs, endpoint: payments, release, answer, user: { id: liveUser + i } }),
      );
    }
  }
  return rows;
}
