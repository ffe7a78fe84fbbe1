/** What is subscribed to: a plan, how it is paid, for how many seats (more than one only in the plan `team`). */
export interface Terms {
  readonly plan: 'plus' | 'pro' | 'team';
  readonly billing: 'monthly' | 'yearly';
  readonly seats: number;
}

/** Price of one seat per month or per year, in cents; the same figure in each currency. */
const cents = {
  plus: { monthly: 599, yearly: 5_990 },
  pro: { monthly: 1_499, yearly: 14_990 },
  team: { monthly: 1_199, yearly: 11_990 },
} as const;

/** Ten-thousandths of a unit per month: what `mrr Decimal(18, 4)` can hold. A year's price counts a twelfth, rounded. */
export function mrrUnits({ plan, billing, seats }: Terms): number {
  const units = 100 * seats * cents[plan][billing];
  return billing === 'yearly' ? Math.round(units / 12) : units;
}

/** The next dearer terms. */
export function dearer({ plan, billing, seats }: Terms): Terms {
  if (plan === 'plus') return { plan: 'pro', billing, seats };
  if (plan === 'pro') return { plan: 'team', billing, seats: 2 };
  return { plan, billing, seats: seats + 1 };
}

/** The next cheaper terms; undefined where there are none. */
export function cheaper({ plan, billing, seats }: Terms): Terms | undefined {
  if (seats > 2) return { plan, billing, seats: seats - 1 };
  if (plan === 'team') return { plan: 'pro', billing, seats: 1 };
  if (plan === 'pro') return { plan: 'plus', billing, seats };
  return billing === 'monthly' ? { plan, billing: 'yearly', seats } : undefined;
}
