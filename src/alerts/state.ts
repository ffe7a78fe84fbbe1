import type { AlertRule } from '../packs/rule';

/** What of a rule decides how its subjects change state. */
export type StateSettings = Pick<AlertRule, 'forSeconds' | 'keepFiringForSeconds' | 'missingEvals' | 'noData'>;

export const stateNames = ['Normal', 'Pending', 'Firing', 'Recovering'] as const;
/**
 * *Pending*: it holds, but not yet for the rule's `for`. *Recovering*: it held and no longer does, but not yet for `keep firing
 * for`; still an alert for everybody who is told of it.
 */
export type StateName = (typeof stateNames)[number];

export const healths = ['Ok', 'NoData', 'Error'] as const;
/** How the last evaluation of a rule went: it told of subjects, of none at all, or could not be asked. */
export type Health = (typeof healths)[number];

/** What a rule says of one subject at one moment; the part of a view's row that decides and is shown. */
export interface Verdict {
  readonly subject: string;
  readonly value: number;
  readonly threshold: number;
  readonly firing: boolean;
  readonly held: boolean;
  /** UTC, as ClickHouse writes it. */
  readonly asOf: string;
  readonly detail: string;
}

/** What came of asking a rule. No rows at all is *NoData*. */
export type Outcome =
  { readonly kind: 'rows'; readonly rows: readonly Verdict[] } | { readonly kind: 'error'; readonly message: string };

/** One subject of a rule as the machine remembers it. Plain data. Times are milliseconds since 1970. */
export interface SubjectState {
  /** `''` stands for the rule itself: nobody answered before any subject was known. */
  readonly subject: string;
  readonly state: StateName;
  /** When it came into this state. */
  readonly sinceMs: number;
  /** When it began to fire; null in *Normal* and *Pending*. Stays through *Recovering* and back: one alert, one beginning. */
  readonly startsAtMs: number | null;
  /** Answered evaluations in a row that held it or did not tell of it. */
  readonly missed: number;
  /** Whether the last answer held it. */
  readonly held: boolean;
  /** Of the last answer that told of it. */
  readonly value: number;
  readonly threshold: number;
  readonly asOf: string;
  readonly detail: string;
}

/** A rule as the machine remembers it. */
export interface RuleState {
  readonly health: Health;
  /** The error's text; `''` otherwise. */
  readonly message: string;
  /** Each subject once, in order. */
  readonly subjects: readonly SubjectState[];
}

/** A rule that was never asked. */
export const freshState: RuleState = { health: 'Ok', message: '', subjects: [] };

/** Whether an alert goes out for it. */
export const isAlerting = ({ state }: Pick<SubjectState, 'state'>): boolean =>
  state === 'Firing' || state === 'Recovering';

/**
 * Advances a rule by one evaluation. Pure, never throws; the state before stays as it is. The semantics are Grafana's, so that
 * both executors say the same (docs/alerts.md, "How a rule is evaluated"):
 *
 * - a subject that fires is *Pending* until it has for `forSeconds`, measured from the first time to the last; then *Firing*;
 * - one that no longer does is *Recovering* for `keepFiringForSeconds`, then *Normal*; firing again meanwhile, it is *Firing* at once;
 * - one that is held, or gone from the answer, keeps its state untouched: nothing becomes of *Pending*, though the time counts once
 *   it fires again. After `missingEvals` such evaluations in a row it is *Normal*, and forgotten where it is gone;
 * - no rows at all, or no answer: `KeepLast` leaves all subjects untouched and counts none as missed; `Alerting` takes all for firing.
 *   Different from Grafana, which lets *Pending* become an alert by the clock alone: here it needs an answer that says so.
 */
export function step(settings: StateSettings, before: RuleState, outcome: Outcome, nowMs: number): RuleState {
  if (outcome.kind === 'rows' && outcome.rows.length > 0) {
    return { health: 'Ok', message: '', subjects: answered(settings, before.subjects, outcome.rows, nowMs) };
  }
  const health = outcome.kind === 'error' ? 'Error' : 'NoData';
  const message = outcome.kind === 'error' ? outcome.message : '';
  return { health, message, subjects: unanswered(settings, before.subjects, message, nowMs) };
}

function answered(
  settings: StateSettings,
  before: readonly SubjectState[],
  rows: readonly Verdict[],
  nowMs: number,
): SubjectState[] {
  const told = new Map(rows.map((row) => [row.subject, row]));
  const known = before.flatMap((subject): SubjectState[] => {
    const row = told.get(subject.subject);
    if (row && !row.held) return [judge(settings, seen(subject, row), row.firing, nowMs)];
    // The rule itself was only an alert while nobody answered.
    if (subject.subject === '') return calm(judge(settings, { ...subject, missed: 0 }, false, nowMs));
    const missed = subject.missed + 1;
    const stale = missed >= settings.missingEvals;
    if (!row) return stale ? [] : [{ ...subject, missed, held: false }];
    const kept = { ...seen(subject, row), missed };
    return [stale && kept.state !== 'Normal' ? into(kept, 'Normal', nowMs) : kept];
  });
  const fresh = [...told.values()]
    .filter(({ subject }) => !before.some((b) => b.subject === subject))
    .map((row) => {
      const state = seen(unknown(row.subject, nowMs), row);
      return row.held ? { ...state, missed: 1 } : judge(settings, state, row.firing, nowMs);
    });
  return [...known, ...fresh].sort((a, b) => (a.subject < b.subject ? -1 : 1));
}

function unanswered(
  settings: StateSettings,
  before: readonly SubjectState[],
  message: string,
  nowMs: number,
): SubjectState[] {
  if (settings.noData === 'KeepLast') return before.map((subject) => ({ ...subject, missed: 0 }));
  const all = before.length > 0 ? before : [unknown('', nowMs)];
  const detail = message === '' ? 'The rule told of no subject at all.' : `Nobody answered: ${firstSentence(message)}`;
  return all.map((subject) => judge(settings, { ...subject, missed: 0, held: false, detail }, true, nowMs));
}

/** What to do about it is for whoever runs a command, not for a message at night. */
const firstSentence = (text: string): string => /^.*?[.!?](?=\s|$)/s.exec(text)?.[0] ?? text;

/** A subject of which nothing is known yet, or any more. */
export const unknown = (subject: string, nowMs: number): SubjectState => ({
  subject,
  state: 'Normal',
  sinceMs: nowMs,
  startsAtMs: null,
  missed: 0,
  held: false,
  value: 0,
  threshold: 0,
  asOf: '',
  detail: '',
});

const seen = (subject: SubjectState, { value, threshold, held, asOf, detail }: Verdict): SubjectState => ({
  ...subject,
  missed: 0,
  held,
  value,
  threshold,
  asOf,
  detail,
});

const calm = (subject: SubjectState): SubjectState[] => (subject.state === 'Normal' ? [] : [subject]);

/** What a clear verdict makes of a subject. */
function judge(settings: StateSettings, subject: SubjectState, firing: boolean, nowMs: number): SubjectState {
  const { state, sinceMs } = subject;
  const lastedMs = nowMs - sinceMs;
  if (firing) {
    if (state === 'Firing') return subject;
    if (state === 'Recovering' || settings.forSeconds === 0) return into(subject, 'Firing', nowMs);
    if (state === 'Normal') return into(subject, 'Pending', nowMs);
    return lastedMs >= settings.forSeconds * 1000 ? into(subject, 'Firing', nowMs) : subject;
  }
  if (state === 'Normal') return subject;
  if (state === 'Firing' && settings.keepFiringForSeconds > 0) return into(subject, 'Recovering', nowMs);
  if (state === 'Recovering' && lastedMs < settings.keepFiringForSeconds * 1000) return subject;
  return into(subject, 'Normal', nowMs);
}

function into(subject: SubjectState, state: StateName, nowMs: number): SubjectState {
  const startsAtMs = state === 'Firing' || state === 'Recovering' ? (subject.startsAtMs ?? nowMs) : null;
  return { ...subject, state, sinceMs: nowMs, startsAtMs };
}
