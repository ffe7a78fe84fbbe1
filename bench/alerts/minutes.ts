import { dice, drift } from './chance';
import { dayMs, hourMs, minuteMs } from './calendar';
import type { Incident } from './incidents';
import { effectsAt, factorOf } from './incidents';
import type { Profile } from './profiles';
import { dayFactor, yearFrom } from './profiles';

/** Requests of a service and release in a minute. */
export interface RequestMinute {
  readonly service: string;
  readonly release: string;
  readonly requests: number;
  readonly errors: number;
  /** Factor of all durations. */
  readonly scale: number;
}

export interface Minute {
  readonly events: number;
  readonly requests: readonly RequestMinute[];
}

/** Streams of chance. */
const streams = {
  day: 1,
  hour: 2,
  events: 3,
  requests: 4,
  latency: 5,
  failing: 6,
  blips: 7,
  slow: 8,
  campaigns: 9,
  newsletters: 10,
} as const;

export const services = [
  { name: 'api', share: 0.6 },
  { name: 'web', share: 0.35 },
  { name: 'billing', share: 0.05 },
] as const;

/** What every system has: one request in 300 fails. */
const failing = 0.0033;
const weekMs = 7 * dayMs;

/** Factor of a day with its chance: also of its users. */
export function dayLevel(profile: Profile, day: number): number {
  const chance = dice(profile.seed, streams.day, day).normal();
  return dayFactor(profile, day) * Math.exp(profile.dayNoise * chance) * (isCampaign(profile, day) ? 1.35 : 1);
}

const isCampaign = ({ seed, campaigns }: Profile, day: number): boolean =>
  dice(seed, streams.campaigns, day).next() < campaigns / 365;

/** Share of the day's work in the minute, without chance. */
function hourShare({ hours }: Profile, ms: number): number {
  const at = (ms % dayMs) / hourMs - 0.5;
  const from = Math.floor(at);
  const hour = (h: number) => hours[(h + 24) % 24] ?? 0;
  const total = hours.reduce((sum, h) => sum + h, 0);
  return (hour(from) * (1 - (at - from)) + hour(from + 1) * (at - from)) / total / 60;
}

/** A new release of api on Thursdays at 13:00, of web on Tuesdays at 10:00, of billing every fourth Wednesday; it takes over within ten minutes. */
const firstReleases: Readonly<Record<string, readonly [firstMs: number, everyMs: number]>> = {
  api: [Date.UTC(2020, 0, 2, 13), weekMs],
  web: [Date.UTC(2020, 0, 7, 10), weekMs],
  billing: [Date.UTC(2020, 0, 8, 10), 4 * weekMs],
};

function releases(
  service: string,
  ms: number,
): readonly { readonly name: string; readonly share: number; readonly ageMs: number }[] {
  const [firstMs, everyMs] = firstReleases[service] ?? [0, weekMs];
  const n = Math.floor((ms - firstMs) / everyMs);
  const ageMs = ms - firstMs - n * everyMs;
  const share = Math.min(1, (ageMs + minuteMs) / (10 * minuteMs));
  const newest = { name: `r${n}`, share, ageMs };
  return share === 1 ? [newest] : [newest, { name: `r${n - 1}`, share: 1 - share, ageMs: everyMs }];
}

/** Short things that happen every week in some minute and are over before anybody looks: failed requests, slow answers. */
function blip(
  profile: Profile,
  stream: number,
  ms: number,
): { readonly service: string; readonly size: number } | undefined {
  const week = Math.floor(ms / weekMs);
  const chance = dice(profile.seed, stream, week);
  const fromMs = week * weekMs + Math.floor(chance.next() * (weekMs / minuteMs)) * minuteMs;
  const lengthMs = (stream === streams.failing ? 2 : 3 + Math.floor(chance.next() * 6)) * minuteMs;
  const { name } = services[Math.floor(chance.next() * services.length)] ?? services[0];
  return ms >= fromMs && ms < fromMs + lengthMs ? { service: name, size: chance.next() } : undefined;
}

/** What a minute has: the same for the same profile and incidents, whatever else was asked. */
export function minuteOf(profile: Profile, incidents: readonly Incident[], ms: number): Minute {
  const { seed } = profile;
  const day = Math.floor(ms / dayMs);
  const minute = Math.round((ms - yearFrom * dayMs) / minuteMs);
  const effects = effectsAt(incidents, ms);
  const level = profile.usersPerDay * dayLevel(profile, day) * hourShare(profile, ms);
  const near = Math.exp(
    0.08 * drift(seed, streams.hour, ms / (10 * minuteMs)) + 0.06 * drift(seed, streams.hour + 100, ms / hourMs),
  );
  const isNewsletter =
    dice(seed, streams.newsletters, day).next() < profile.newsletters / 365 &&
    ms % dayMs >= 10 * hourMs &&
    ms % dayMs < 11 * hourMs;
  const events = level * profile.eventsPerUser * near * (isNewsletter ? 2 : 1) * factorOf(effects, (e) => e.events);
  const drawn = dice(seed, streams.events, minute).poisson(events);
  const requests = level * profile.requestsPerUser * near * (isNewsletter ? 1.5 : 1);
  const failed = failing * Math.exp(0.3 * drift(seed, streams.failing + 100, ms / hourMs));
  const badMinute = blip(profile, streams.failing, ms);
  const slowMinute = blip(profile, streams.slow, ms);
  const isBackup = ms % dayMs >= 2 * hourMs && ms % dayMs < 2 * hourMs + 10 * minuteMs;
  const rows = services.flatMap(({ name: service, share }, s) => {
    const own = effects.filter((e) => e.service === undefined || e.service === service);
    const slow = 1 + (slowMinute?.service === service ? 1 + 2 * slowMinute.size : 0);
    const scale =
      slow *
      (isBackup ? 1.8 : 1) *
      Math.exp(0.08 * drift(seed, streams.latency + 100 * s, ms / hourMs)) *
      factorOf(own, (e) => e.latency);
    return releases(service, ms).map((release, r): RequestMinute => {
      const chance = dice(seed, streams.requests + 1000 * (1 + 2 * s + r), minute);
      const count = chance.poisson(requests * share * release.share * factorOf(own, (e) => e.requests));
      const added = own.filter((e) => e.newest !== true || r === 0).reduce((sum, e) => sum + (e.errors ?? 0), 0);
      // A release that has just begun drops some requests for two minutes.
      const starting = r === 0 && release.ageMs < 2 * minuteMs ? 0.06 : 0;
      const blipped = badMinute?.service === service ? 0.08 : 0;
      const errors = chance.binomial(count, failed + starting + blipped + added);
      return { service, release: release.name, requests: count, errors, scale };
    });
  });
  return { events: drawn, requests: rows.filter((row) => row.requests > 0) };
}
