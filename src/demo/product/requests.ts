import { timestamp } from '../rows';
import type { RequestRow } from '../rows';
import { callsOf } from './calls';
import type { Endpoint } from './endpoints';
import { randomOf } from './random';
import type { Random } from './random';
import { releaseAt } from './releases';
import type { Release } from './releases';
import type { TimedAction } from './session';
import type { User } from './users';

/** What a person did on one day. */
export interface Visit {
  readonly user: User;
  /** Counted from the first day of the demo. */
  readonly day: number;
  readonly actions: readonly TimedAction[];
}

/** How a bad release differs: durations by this factor, and this share of further errors. */
const bad = { slower: 3.2, errors: 0.17 } as const;

/** Ways to fail, with their weights; a time-out takes ten seconds and a little. */
const failures = [500, 502, 503, 504] as const;
const failureWeights = [62, 12, 18, 8] as const;
const timeoutMs = 10_000;

/**
 * The requests that a person's actions made of the shop's services, up to now: what is asked follows what they did, so
 * their rhythm is that of the events. `firstDayMs` is midnight UTC of the demo's first day.
 */
export function requestsOf(
  seed: number,
  { user, day, actions }: Visit,
  firstDayMs: number,
  nowMs: number,
): RequestRow[] {
  const random = randomOf(seed, 5, user.id, day);
  const device = user.platform === 'web' ? 'web' : 'app';
  const rows: RequestRow[] = [];
  let number = 0;
  for (const { name, atMs } of actions) {
    let afterMs = 0;
    for (const { endpoint, chance } of callsOf.get(name) ?? []) {
      if (!random.chance(chance[device])) continue;
      const requestedMs = atMs + afterMs;
      const release = releaseAt(endpoint.service, requestedMs - firstDayMs, random.next());
      const answer = answerOf(random, endpoint, release);
      afterMs += random.between(5, 120);
      number++;
      if (requestedMs > nowMs) continue;
      rows.push({
        request_id: `${day}-${user.id}-${number}`,
        requested_at: timestamp(requestedMs),
        service: endpoint.service,
        version: release.version,
        endpoint: endpoint.path,
        method: endpoint.method,
        ...answer,
        user_id: user.id,
        _version: 1,
      });
    }
  }
  return rows;
}

function answerOf(
  random: Random,
  { medianMs, spread, errors, refused: [refusedShare, refusedStatus], status }: Endpoint,
  release: Release,
): { status: number; duration_ms: number } {
  const ms = medianMs * Math.exp(spread * random.normal()) * (release.bad ? bad.slower : 1);
  const outcome = random.next();
  const errorShare = errors + (release.bad ? bad.errors : 0);
  if (outcome < errorShare) {
    const failure = failures[random.weighted(failureWeights)] ?? 500;
    return { status: failure, duration_ms: microseconds(failure === 504 ? timeoutMs + ms : ms) };
  }
  // Refused by a check at the door: a fraction of the work.
  if (outcome < errorShare + refusedShare) return { status: refusedStatus, duration_ms: microseconds(0.4 * ms) };
  return { status, duration_ms: microseconds(ms) };
}

const microseconds = (ms: number): number => Math.round(ms * 1000) / 1000;
