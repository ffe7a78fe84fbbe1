import type { Service } from './endpoints';
import { dayMs } from './users';

const hourMs = 3_600_000;

/** When a service's next releases come out: minor 1 at `firstDay`, the further ones in equal steps, for ever. */
interface Schedule {
  readonly major: number;
  /** Day of the demo, counted from 0. */
  readonly firstDay: number;
  readonly everyDays: number;
  /** Hour of the day, UTC. */
  readonly hour: number;
  /** Each such minor release is a bad one: rolled back after {@link badForMs}, put right as `.1` the next morning. */
  readonly badEach?: number;
}

/** The bad release of checkout (3.3.0) comes out on day 117: two days before the day on which a demo is first seeded. */
const schedules: Readonly<Record<Service, Schedule>> = {
  web: { major: 7, firstDay: 38, everyDays: 56, hour: 9 },
  api: { major: 5, firstDay: 30, everyDays: 50, hour: 10 },
  search: { major: 2, firstDay: 63, everyDays: 90, hour: 8 },
  checkout: { major: 3, firstDay: 21, everyDays: 48, hour: 14, badEach: 3 },
  accounts: { major: 1, firstDay: 77, everyDays: 120, hour: 9 },
};

/** From its first instance to its last. */
const rollOutMs = 1.5 * hourMs;
/** From the first instance of a bad release to its roll-back, which takes no time. */
const badForMs = 5.5 * hourMs;
/** From the first instance of a bad release to that of the release that puts it right. */
const fixedAfterMs = 20 * hourMs;

/** A release of a service. */
export interface Release {
  /** Such as `3.2.0`. */
  readonly version: string;
  /** Slower and with more errors than all others. */
  readonly bad: boolean;
}

/**
 * The release that answers at an instant, in milliseconds since midnight UTC of the demo's first day. While one rolls out,
 * `luck` in [0, 1) decides whether the request meets an instance that has it already.
 */
export function releaseAt(service: Service, sinceFirstDayMs: number, luck: number): Release {
  const schedule = schedules[service];
  const stepMs = schedule.everyDays * dayMs;
  const sinceFirstMs = sinceFirstDayMs - schedule.firstDay * dayMs - schedule.hour * hourMs;
  const minor = Math.floor(sinceFirstMs / stepMs) + 1;
  if (minor < 1) return settled(schedule, 0);
  const sinceMs = sinceFirstMs - (minor - 1) * stepMs;
  const reachedMs = luck * rollOutMs;
  if (!isBad(schedule, minor)) return settled(schedule, reachedMs < sinceMs ? minor : minor - 1);
  if (reachedMs < sinceMs && sinceMs < badForMs) return { version: `${schedule.major}.${minor}.0`, bad: true };
  return settled(schedule, reachedMs < sinceMs - fixedAfterMs ? minor : minor - 1);
}

/** Whether a bad release answers at any time between two instants, in milliseconds as {@link releaseAt} takes them. */
export function hasBad(service: Service, fromMs: number, toMs: number): boolean {
  const { firstDay, everyDays, hour, badEach } = schedules[service];
  if (badEach === undefined) return false;
  for (let minor = badEach; ; minor += badEach) {
    const beginsMs = (firstDay + (minor - 1) * everyDays) * dayMs + hour * hourMs;
    if (beginsMs > toMs) return false;
    if (beginsMs + badForMs > fromMs) return true;
  }
}

const isBad = ({ badEach = Infinity }: Schedule, minor: number): boolean => minor > 0 && minor % badEach === 0;

/** What a minor release is in the end: the bad one as put right. */
const settled = (schedule: Schedule, minor: number): Release => ({
  version: `${schedule.major}.${minor}.${isBad(schedule, minor) ? 1 : 0}`,
  bad: false,
});
