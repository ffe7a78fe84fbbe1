import type { Db } from '../../src/core/db';
import type { AlertRule } from '../../src/packs/rule';
import type { Said } from '../../src/schema';
import { dayMs, hourMs, minuteMs } from './calendar';
import type { Incident } from './incidents';
import type { Clocks } from './manyClocks';
import { minuteRules } from './manyClocks';
import type { Message } from './messages';
import { messagesOfDays, spanOfMinutes } from './messages';
import { naiveMessages } from './naive';
import type { Source } from './source';

export interface IncidentResult {
  readonly incident: Incident;
  /** Minutes from its beginning to the message of the rule that is to find it; null: not found. */
  readonly delayMinutes: number | null;
  readonly detail: string;
  /** Messages of other rules around it. */
  readonly others: readonly string[];
  /** Of the naive form of that rule; undefined where the seed has none. */
  readonly naiveDelayMinutes?: number | null;
}

interface World {
  readonly source: Source;
  readonly clocks: Clocks;
  readonly ask: (rule: AlertRule, nowMs: number) => Promise<readonly Said[]>;
  /** Database of the tables per day. */
  readonly days: string;
}

/** Longest that a message may come after the end of an incident and still be its own. */
const afterMs = { minutes: 15 * minuteMs, days: 2 * dayMs + 12 * hourMs } as const;

/** Looks around every incident with all rules: every minute with those about minutes, every day with those about days. */
export async function searchIncidents(
  db: Db,
  rules: readonly AlertRule[],
  incidents: readonly Incident[],
  world: World,
): Promise<IncidentResult[]> {
  const results: IncidentResult[] = [];
  for (const incident of incidents) {
    const messages: Message[] = [];
    for (const rule of rules) messages.push(...(await messagesAround(rule, incident, world)));
    const naive = await naiveMessages(db, world.source, world.days, incident.fromMs, incident.toMs + afterMs.days);
    const found = firstOf(messages, incident);
    const naiveFound = firstOf(naive, incident);
    const hasNaive = ['dau_drop', 'error_rate', 'latency_p95'].includes(incident.rule);
    results.push({
      incident,
      delayMinutes: found ? (found.atMs - incident.fromMs) / minuteMs : null,
      detail: found?.detail ?? '',
      others: [...new Set(messages.filter((m) => m.rule !== incident.rule).map((m) => m.rule))],
      ...(hasNaive && { naiveDelayMinutes: naiveFound ? (naiveFound.atMs - incident.fromMs) / minuteMs : null }),
    });
  }
  return results;
}

/** The first message of the rule that is to find it, while it lasts or soon after. */
const firstOf = (messages: readonly Message[], { rule, fromMs, toMs }: Incident): Message | undefined =>
  messages
    .filter(
      (m) =>
        m.rule === rule &&
        m.atMs >= fromMs &&
        m.atMs <= toMs + (minuteRules.includes(rule) ? afterMs.minutes : afterMs.days),
    )
    .sort((a, b) => a.atMs - b.atMs)[0];

async function messagesAround(
  rule: AlertRule,
  { fromMs, toMs }: Incident,
  { source, clocks, ask }: World,
): Promise<readonly Message[]> {
  if (minuteRules.includes(rule.name)) {
    // Of a whole day, its working hours.
    const until = Math.min(toMs + hourMs, fromMs + 3 * hourMs);
    const begin = toMs - fromMs >= dayMs ? fromMs + 9 * hourMs : fromMs - hourMs / 2;
    return spanOfMinutes(rule, clocks, source, begin, Math.max(until, begin + 2 * hourMs));
  }
  const day = Math.floor(fromMs / dayMs) * dayMs;
  const { messages } = await messagesOfDays(rule, ask, day - dayMs, day + 4 * dayMs);
  return messages;
}
