import { timestamp } from '../rows';
import type { SubscriptionChange, SubscriptionRow } from '../rows';
import { cheaper, dearer, mrrUnits } from './plans';
import type { Terms } from './plans';
import { randomOf } from './random';
import type { Random } from './random';
import { dayMs } from './users';
import type { User } from './users';

/** A period is 30 days, also of those who pay by the year. */
const periodMs = 30 * dayMs;

/** A change of a subscription: from `atMs` on (milliseconds since 1970) these terms hold; `mrr` in ten-thousandths. */
interface Change {
  readonly change: SubscriptionChange;
  readonly atMs: number;
  readonly terms: Terms;
  readonly mrr: number;
}

/** Every change of the person's subscription up to now, in order of time; empty for the six in seven who have none. */
export function subscriptionOf(seed: number, user: User, firstDayMs: number, nowMs: number): SubscriptionRow[] {
  const random = randomOf(seed, 6, user.id);
  if (!random.chance(0.06 + 0.2 * user.affinity)) return [];
  const subscriptionId = user.id + 4_000_000;
  const rows: SubscriptionRow[] = [];
  for (const { change, atMs, terms, mrr } of changesOf(random, user, firstDayMs)) {
    if (atMs > nowMs) break;
    rows.push({
      change_id: subscriptionId * 1000 + rows.length,
      changed_at: timestamp(atMs),
      subscription_id: subscriptionId,
      user_id: user.id,
      change,
      ...terms,
      mrr: (mrr / 10_000).toFixed(4),
      currency: user.currency,
      _version: 1,
    });
  }
  return rows;
}

/** Goes on for as long as the subscription does; it is drawn period by period, whoever asks and when. */
function* changesOf(random: Random, user: User, firstDayMs: number): Generator<Change> {
  const afterDays = user.signedUpOn + 1 - 5 * Math.log(1 - random.next());
  let atMs = firstDayMs + Math.floor(afterDays * dayMs);
  let terms = firstTerms(random);
  const changed = (change: SubscriptionChange, whenMs: number): Change => ({
    change,
    atMs: whenMs,
    terms,
    mrr: change === 'cancel' ? 0 : mrrUnits(terms),
  });
  yield changed('start', atMs);
  for (;;) {
    const wanted = random.next();
    const whenMs = atMs + Math.floor(random.next() * periodMs);
    atMs += periodMs;
    const leaves = terms.billing === 'yearly' ? 0.015 : 0.07 + 0.16 * (1 - user.affinity);
    if (wanted < leaves) {
      yield changed('cancel', atMs);
      if (!random.chance(0.4)) return;
      atMs += Math.floor((2 + 18 * random.next()) * dayMs);
      yield changed('reactivate', atMs);
      continue;
    }
    const next = wanted > 0.91 ? dearer(terms) : wanted > 0.87 ? cheaper(terms) : undefined;
    if (!next) continue;
    const change = mrrUnits(next) > mrrUnits(terms) ? 'upgrade' : 'downgrade';
    terms = next;
    yield changed(change, whenMs);
  }
}

function firstTerms(random: Random): Terms {
  const plan = (['plus', 'pro', 'team'] as const)[random.weighted([64, 28, 8])] ?? 'plus';
  const billing = random.chance(0.3) ? 'yearly' : 'monthly';
  return { plan, billing, seats: plan === 'team' ? random.between(2, 6) : 1 };
}
