import type { SubjectState } from '../state';
import { isAlerting } from '../state';

/** What Alertmanager knows of an episode. */
export const toldKinds = ['nothing', 'firing', 'over'] as const;
export type Told = (typeof toldKinds)[number];

/** What is said of an alert: the numbers of the last answer by which it fired. */
export interface AlertFacts {
  readonly value: number;
  readonly threshold: number;
  readonly detail: string;
}

/** One alert from its beginning until Alertmanager has been told that it is over. Plain data; times in milliseconds since 1970. */
export interface Episode extends AlertFacts {
  readonly rule: string;
  readonly subject: string;
  readonly startsAtMs: number;
  /** null: it goes on. */
  readonly endedAtMs: number | null;
  /** Whether it ended because nobody could judge it any more. */
  readonly unjudged: boolean;
  readonly told: Told;
  /** When Alertmanager first heard that it fires, or that it is over; 0 while it knows nothing. */
  readonly toldAtMs: number;
}

/** How long things are said. */
export interface TellSettings {
  /** Between two evaluations. */
  readonly intervalMs: number;
  /** How long an alert stays told as firing at least, so that Alertmanager's group wait cannot swallow it. */
  readonly holdMs: number;
}

/** Intervals without news after which Alertmanager takes an alert for over, and during which an end is repeated. */
export const leaseIntervals = 4;

/**
 * The episode of a subject after an evaluation. `undefined`: there is none. An alert that fires again before Alertmanager was told of
 * its end goes on as the same one.
 */
export function follow(
  rule: string,
  before: Episode | undefined,
  subject: SubjectState | undefined,
  nowMs: number,
): Episode | undefined {
  if (subject && isAlerting(subject)) {
    const facts = { value: subject.value, threshold: subject.threshold, detail: subject.detail };
    if (!before || before.told === 'over')
      return {
        rule,
        subject: subject.subject,
        startsAtMs: subject.startsAtMs ?? nowMs,
        endedAtMs: null,
        unjudged: false,
        told: 'nothing',
        toldAtMs: 0,
        ...facts,
      };
    // While it recovers or is held, the numbers are those by which it fired.
    const speaks = subject.state === 'Firing' && !subject.held && subject.missed === 0;
    return { ...before, endedAtMs: null, unjudged: false, ...(speaks && facts) };
  }
  if (!before || before.endedAtMs !== null) return before;
  // The rule itself was an alert only because nobody answered; an answer ends it.
  const unjudged = before.subject !== '' && (!subject || subject.missed > 0);
  return { ...before, endedAtMs: nowMs, unjudged };
}

/** What is to be said of an episode now. */
export interface Saying {
  readonly episode: Episode;
  readonly kind: 'firing' | 'over';
}

/** What Alertmanager is told of an episode: every interval while it goes on, and some times that it is over. */
export function sayingOf(episode: Episode, nowMs: number, { holdMs }: TellSettings): Saying {
  const { endedAtMs, told, toldAtMs } = episode;
  if (endedAtMs === null) return { episode, kind: 'firing' };
  // What it never heard of, or only just, is told as firing first: an alert that came and went while it was away is not lost.
  if (told === 'nothing' || (told === 'firing' && nowMs - toldAtMs < holdMs)) return { episode, kind: 'firing' };
  return { episode, kind: 'over' };
}

/** The episode after Alertmanager took what was said. */
export function heard({ episode, kind }: Saying, nowMs: number): Episode {
  const told: Told = kind;
  return episode.told === told ? episode : { ...episode, told, toldAtMs: nowMs };
}

/** Whether nothing more has to be said of it. */
export const isDone = ({ told, toldAtMs }: Episode, nowMs: number, { intervalMs }: TellSettings): boolean =>
  told === 'over' && nowMs - toldAtMs >= leaseIntervals * intervalMs;
