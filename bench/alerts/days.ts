import { dice } from './chance';
import { dayMs, dayText } from './calendar';
import type { Incident } from './incidents';
import { effectsAt, factorOf } from './incidents';
import { dayLevel } from './minutes';
import type { Profile } from './profiles';
import { leadDays, yearFrom } from './profiles';

const streams = { users: 21, funnel: 22, orders: 23, refunds: 24, mrr: 25 } as const;

export const funnels = [
  { name: 'signup_to_purchase', title: 'From sign-up to purchase', shares: [0.5, 0.8, 0.5], windowMs: dayMs },
  { name: 'activation', title: 'Activation', shares: [0.6, 0.55], windowMs: dayMs },
] as const;

/** Rows of the tables that rules about days read, from the lead-in to the end of the year, by table. */
export function dayRows(
  profile: Profile,
  incidents: readonly Incident[],
  days: number,
): Readonly<Record<string, readonly object[]>> {
  const all = Array.from({ length: leadDays + days }, (_, i) => yearFrom - leadDays + i);
  return {
    active_day: all.map((day) => ({ d: dayText(day), dau: usersOf(profile, incidents, day) })),
    funnels: all.flatMap((day) => funnelRows(profile, incidents, day)),
    funnel_steps: funnels.flatMap(({ name, title, shares, windowMs }) =>
      [0, ...shares].map((_, i) => ({
        funnel: name,
        title,
        step: i + 1,
        step_title: `step ${i + 1}`,
        steps: shares.length + 1,
        before: i,
        window_ms: windowMs,
      })),
    ),
    order_day: all.map((day) => ({ d: dayText(day), currency: 'EUR', orders: ordersOf(profile, day) })),
    refund_day: all.map((day) => ({ d: dayText(day), currency: 'EUR', refunds: refundsOf(profile, incidents, day) })),
    mrr_day: mrrRows(profile, incidents, all),
  };
}

/** What of the incidents holds on the day as a whole. */
const effectsOn = (incidents: readonly Incident[], day: number) =>
  effectsAt(
    incidents.filter((i) => i.toMs - i.fromMs === dayMs),
    day * dayMs,
  );

const usersOf = (profile: Profile, incidents: readonly Incident[], day: number): number =>
  dice(profile.seed, streams.users, day).poisson(
    profile.usersPerDay * dayLevel(profile, day) * factorOf(effectsOn(incidents, day), (e) => e.users),
  );

function funnelRows(profile: Profile, incidents: readonly Incident[], day: number) {
  const effects = effectsOn(incidents, day);
  const isWeekend = (day + 3) % 7 >= 5;
  return funnels.flatMap(({ name, shares }, f) => {
    const chance = dice(profile.seed, streams.funnel + 100 * f, day);
    let reached = chance.poisson(profile.usersPerDay * dayLevel(profile, day) * profile.entering);
    return [1, ...shares].map((share, i) => {
      const broken = factorOf(effects, ({ funnel }) =>
        funnel?.name === name && funnel.step === i + 1 ? funnel.factor : 1,
      );
      const last = i === shares.length && isWeekend ? profile.weekendConversion : 1;
      if (i > 0) reached = chance.binomial(reached, share * Math.exp(0.04 * chance.normal()) * last * broken);
      return { funnel: name, d: dayText(day), step: i + 1, entries: reached };
    });
  });
}

const ordersOf = (profile: Profile, day: number): number =>
  dice(profile.seed, streams.orders, day).poisson(profile.ordersPerDay * dayLevel(profile, day));

/** One order in 25 is given back; most on working days. */
function refundsOf(profile: Profile, incidents: readonly Incident[], day: number): number {
  const chance = dice(profile.seed, streams.refunds, day);
  const worked = (day + 3) % 7 < 5 ? 1.2 : 0.5;
  const mean = 0.04 * profile.ordersPerDay * worked * Math.exp(0.15 * chance.normal());
  return chance.poisson(mean * factorOf(effectsOn(incidents, day), (e) => e.refunds));
}

function mrrRows(profile: Profile, incidents: readonly Incident[], days: readonly number[]) {
  let mrr = profile.usersPerDay * 10;
  return days.map((day) => {
    const chance = dice(profile.seed, streams.mrr, day);
    const opening = mrr;
    const [added, grown, shrunk, lost] = [0.004, 0.002, 0.0015, 0.003].map((share) =>
      chance.poisson(opening * share),
    ) as [number, number, number, number];
    mrr = opening + added + grown - shrunk - lost;
    const missing = effectsOn(incidents, day).reduce((sum, e) => sum + (e.mrr ?? 0), 0);
    return {
      d: dayText(day),
      currency: 'EUR',
      opening,
      new_mrr: added,
      expansion: grown,
      contraction: shrunk,
      churn: lost + missing,
      mrr,
    };
  });
}
