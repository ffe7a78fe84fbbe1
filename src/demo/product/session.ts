import { featuresUsed } from './features';
import { randomOf } from './random';
import type { Random } from './random';
import { dayMs } from './users';
import type { User } from './users';

/** Something a person did. */
export interface Action {
  readonly name: string;
  /** Milliseconds since the session began. */
  readonly afterMs: number;
}

/** An action at its instant (milliseconds since 1970). */
export interface TimedAction {
  readonly name: string;
  readonly atMs: number;
}

/** Activity by hour of the person's own clock: a dip at night, peaks at noon and in the evening. */
const hourRhythm = [
  1.2, 0.6, 0.4, 0.3, 0.3, 0.6, 1.4, 2.8, 4.2, 5.2, 5.6, 6, 6.6, 6.2, 5.6, 5.4, 5.4, 5.8, 6.4, 7.2, 7.8, 7, 4.8, 2.6,
] as const;

/** Day on which the feature `use_assistant` came out. */
export const assistantDay = 60;

/** Everything that a person does on a day on which they are active, in order of time. */
export function actionsOf(seed: number, user: User, day: number, dayStartMs: number): TimedAction[] {
  const random = randomOf(seed, 2, user.id, day);
  const sessions = 1 + Number(random.chance(0.3)) + Number(random.chance(0.08));
  const actions = Array.from({ length: sessions }, (_, i) => {
    const first = i === 0 && user.signedUpOn === day;
    const session = sessionOf(random, day, user.affinity, first);
    if (i === 0) session.push(...featuresUsed(seed, user, day, session.at(-1)?.afterMs ?? 0));
    const lengthMs = session.at(-1)?.afterMs ?? 0;
    const startMs = Math.min(startOf(random, user.utcOffsetHours), dayMs - 1 - lengthMs);
    return session.map(({ name, afterMs }) => ({ name, atMs: dayStartMs + startMs + afterMs }));
  });
  return actions.flat().sort((a, b) => a.atMs - b.atMs);
}

function startOf(random: Random, utcOffsetHours: number): number {
  const localHour = random.weighted(hourRhythm);
  const hour = (localHour - utcOffsetHours + 24) % 24;
  return (hour + random.next()) * 3_600_000;
}

function sessionOf(random: Random, day: number, affinity: number, signsUp: boolean): Action[] {
  const actions: Action[] = [];
  let afterMs = 0;
  const act = (name: string) => {
    actions.push({ name, afterMs });
    afterMs += 4_000 + Math.floor(-30_000 * Math.log(1 - random.next()));
  };
  act('session_start');
  if (signsUp) act('sign_up');
  if (random.chance(0.4)) act('search');
  do {
    act('view');
    if (random.chance(0.1)) act('search');
  } while (random.chance(0.7));
  if (random.chance(0.1)) act('use_wishlist');
  if (random.chance(0.05)) act('use_share');
  if (day >= assistantDay && random.chance(adoption(day))) act('use_assistant');
  if (random.chance(0.14 + 0.16 * affinity)) {
    act('add_to_cart');
    if (random.chance(0.55)) {
      act('checkout');
      if (random.chance(0.7)) act('purchase');
    }
  }
  return actions;
}

/** Share of sessions that use the assistant: grows from 3 % to 25 % in the weeks after its launch. */
const adoption = (day: number): number => 0.03 + 0.22 * (1 - Math.exp(-(day - assistantDay) / 18));
