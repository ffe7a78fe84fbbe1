import { timestamp } from '../rows';
import type { RequestRow } from '../rows';
import { callsOf } from './calls';
import { endpoints } from './endpoints';
import type { Endpoint } from './endpoints';
import { randomOf } from './random';
import type { Random } from './random';
import { hasBad, releaseAt } from './releases';
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

/**
 * What is wrong with it: while the shop is open on a screen it asks for the cart again and again, which checkout cannot bear. A screen
 * stays open for a while after the last action; a longer pause is another session.
 */
const polls = { everyMs: 10_000, openMs: 180_000, pauseMs: 600_000 } as const;
const cart = endpoints.find((e) => e.service === 'checkout' && e.method === 'GET' && e.path === '/cart');

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
      const id = `${day}-${user.id}-${number}`;
      rows.push(rowOf({ id, atMs: requestedMs, endpoint, release, answer, user }));
    }
  }
  return [...rows, ...pollsOf(seed, { user, day, actions }, firstDayMs, nowMs)];
}

interface Asked {
  readonly id: string;
  readonly atMs: number;
  readonly endpoint: Endpoint;
  readonly release: Release;
  readonly answer: Answer;
  readonly user: Pick<User, 'id'>;
}

/** A request as a row. */
export const rowOf = ({ id, atMs, endpoint, release, answer, user }: Asked): RequestRow => ({
  request_id: id,
  requested_at: timestamp(atMs),
  service: endpoint.service,
  version: release.version,
  endpoint: endpoint.path,
  method: endpoint.method,
  ...answer,
  user_id: user.id,
  _version: 1,
});

/** The requests that a bad release makes by itself, with ids and chances of their own. */
function pollsOf(seed: number, { user, day, actions }: Visit, firstDayMs: number, nowMs: number): RequestRow[] {
  const rows: RequestRow[] = [];
  const [first, last] = [actions[0], actions.at(-1)];
  // Most days have none: they are not gone through.
  if (!cart || !first || !last || !hasBad(cart.service, first.atMs - firstDayMs, last.atMs + polls.openMs - firstDayMs))
    return rows;
  const random = randomOf(seed, 11, user.id, day);
  let number = 0;
  for (let i = 0; i < actions.length; i++) {
    const { atMs: fromMs } = actions[i] ?? first;
    const next = actions[i + 1]?.atMs ?? Infinity;
    const toMs = next - fromMs > polls.pauseMs ? fromMs + polls.openMs : next;
    for (let atMs = fromMs + polls.everyMs; atMs < toMs; atMs += polls.everyMs) {
      const release = releaseAt(cart.service, atMs - firstDayMs, random.next());
      const answer = answerOf(random, cart, release);
      number++;
      if (release.bad && atMs <= nowMs)
        rows.push(rowOf({ id: `${day}-${user.id}-poll-${number}`, atMs, endpoint: cart, release, answer, user }));
    }
  }
  return rows;
}

/** How a request was answered. */
export type Answer = Pick<RequestRow, 'status' | 'duration_ms'>;

/** How an endpoint answers in a release. */
export function answerOf(
  random: Random,
  { medianMs, spread, errors, refused: [refusedShare, refusedStatus], status }: Endpoint,
  release: Release,
): Answer {
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
