import type { Db } from '../../core/db';
import { literal } from '../../core/sql/quote';
import { dayMs, dayStart, localDay } from '../../core/metrics/calendar';
import { healthTables } from '../../packs/pipeline/health';
import type { AlertRule } from '../../packs/rule';
import { fail } from '../errors';
import type { Installation } from '../installation';
import { installedRules } from './installed';
import type { RuleWorld } from './kit';
import { closingGraceHours } from './kit';
import type { RuleReads, TimeColumn } from './reads';
import { readsOf, timeColumns } from './reads';
import type { Said, SaidRow } from './said';
import { saidOf } from './said';
import type { KnownSettings, TriedLimit } from './settings';
import { completenessAt, readSettings, settingsAt } from './settings';
import { ruleStatement } from './statement';

const minuteMs = 60_000;
const hourMs = 3_600_000;

/** Most looks that one replay plans: some minutes. Those that search for changes come on top. */
export const mostLooks = 20_000;

/** Tables that say how it is now, whatever is asked: of the past they know nothing. */
const ofNow: readonly string[] = ['rollup_status', 'alerts_now', 'standing', 'done', 'tick'];

export interface ReplayOptions {
  readonly fromMs: number;
  /** The present or before. */
  readonly toMs: number;
  /** Between two looks of a rule about minutes; what came and went in between is not seen. Whole minutes. */
  readonly stepMs: number;
  /** Names; all installed rules when absent. */
  readonly rules?: readonly string[];
  /** Limits of rules to try instead of those in force; of all subjects. */
  readonly limits?: readonly TriedLimit[];
  /** Hears how many looks of how many that are planned are done. */
  onLook?(done: number, of: number): void;
}

/** A change of what a rule said of a subject: the row that was said then. */
export interface SaidChange {
  readonly atMs: number;
  readonly said: Said;
}

/** What came of asking one rule about the past. */
export interface Replayed {
  readonly rule: AlertRule;
  /** From where on it was asked: the begin of the range, or later where what it reads is not kept that long. */
  readonly fromMs: number;
  /** Looks, those that searched for the minute of a change among them; 0 for a rule that cannot be asked about the past. */
  readonly looks: number;
  /** In order of time. A subject that fires from the first look on has its change there. */
  readonly changes: readonly SaidChange[];
  /** Why it was not asked. */
  readonly skipped?: string;
}

/**
 * Asks rules what they would have said over a time that is past: their own statements with the clock handed in, over what is in the
 * rollups today, so that late rows and corrections are in. Limits, holidays and mutes are those in force now. Nothing that lies after
 * the clock is seen: minutes and days that were not over then are left out, and everything counts as complete up to the seconds that
 * refreshes take. Rules about days are asked once a day, when it is closed; others at each step, and between two answers that differ
 * every change is looked for to the minute. Rules about the state of the server or of its refreshes are skipped: no table tells of it.
 *
 * Changes nothing. @throws TidemarkError usage_replay_too_fine, usage_replay_rule; the server's error of a statement that fails.
 */
export async function replayRules(
  installation: Installation,
  db: Db,
  options: ReplayOptions,
): Promise<readonly Replayed[]> {
  const installed = installedRules(installation);
  const unknown = options.rules?.find((name) => !installed.some((rule) => rule.name === name));
  if (unknown !== undefined)
    throw fail('usage_replay_rule', { rule: unknown, known: installed.map((rule) => rule.name) });
  const columns = await timeColumns(db, installation);
  const plans = installed
    .filter(({ name }) => options.rules?.includes(name) ?? true)
    .map((rule) => planOf(rule, installation, columns, options));
  const planned = plans.reduce((sum, plan) => sum + plan.moments.length, 0);
  if (planned > mostLooks) throw fail('usage_replay_too_fine', { looks: planned, most: mostLooks });
  const settings = await readSettings(db, installation, options.limits ?? []);
  let done = 0;
  const all: Replayed[] = [];
  for (const plan of plans) {
    const { rule, fromMs, skipped } = plan;
    let looks = 0;
    const ask = async (atMs: number) => {
      looks++;
      const world = worldAt(installation, columns, settings, atMs);
      const rows = await db.query<SaidRow>(ruleStatement(rule, installation, world));
      return rows.map(saidOf);
    };
    const changes = await changesOf(plan, ask, () => options.onLook?.(++done, planned));
    all.push({ rule, fromMs, looks, changes, ...(skipped !== undefined && { skipped }) });
  }
  return all;
}

interface Plan {
  readonly rule: AlertRule;
  readonly fromMs: number;
  /** When it is asked, in order. */
  readonly moments: readonly number[];
  /** Whether a change between two moments is looked for. */
  readonly refined: boolean;
  readonly skipped?: string;
}

function planOf(
  rule: AlertRule,
  installation: Installation,
  columns: ReadonlyMap<string, TimeColumn>,
  { fromMs, toMs, stepMs }: ReplayOptions,
): Plan {
  const reads = readsOf(rule, installation);
  const skipped = skippedFor(reads);
  if (skipped !== undefined) return { rule, fromMs, moments: [], refined: false, skipped };
  const isOfDays = reads.tables.every((name) => (columns.get(name) ?? 'd') === 'd');
  if (isOfDays) return { rule, fromMs, moments: closings(installation, fromMs, toMs), refined: false };
  // An hour more than is kept may be gone.
  const kept = reads.tables.map((name) => toMs - (keptDays(installation, name) * dayMs - hourMs));
  const from = Math.max(fromMs, ...kept);
  const moments: number[] = [];
  const lastMs = Math.floor(toMs / minuteMs) * minuteMs;
  for (let atMs = Math.ceil(from / minuteMs) * minuteMs; atMs < lastMs; atMs += stepMs) moments.push(atMs);
  if (lastMs >= from) moments.push(lastMs);
  return { rule, fromMs: from, moments, refined: true };
}

function skippedFor({ tables, system }: RuleReads): string | undefined {
  if (tables.length + system.length === 0) return 'it reads no table, so it tells of now only';
  const [table] = system;
  if (table !== undefined) return `system.${table} tells of now only`;
  const name = tables.find((t) => ofNow.includes(t));
  return name === undefined ? undefined : `${name} tells of now only`;
}

function keptDays({ tiers }: Installation, table: string): number {
  const health = healthTables.find(({ name }) => name === table);
  if (health) return health.ttlDays;
  if (table.endsWith('_minute')) return tiers.minuteDays;
  return table.endsWith('_quarter') ? tiers.quarterDays : Infinity;
}

/** The first whole minutes after days are closed: past midnight of the reporting zone, the grace, and what refreshes take. */
function closings(installation: Installation, fromMs: number, toMs: number): number[] {
  const { timezone } = installation;
  const afterMs = closingGraceHours * hourMs + lagMs(installation);
  const all: number[] = [];
  for (let day = localDay(fromMs, timezone) - 1; ; day++) {
    const atMs = Math.ceil((dayStart(day, timezone) + afterMs) / minuteMs) * minuteMs;
    if (atMs > toMs) return all;
    if (atMs >= fromMs) all.push(atMs);
  }
}

/** How far rollups are behind at any time: a period of refreshes, and the seconds that a row waits. */
const lagMs = ({ everySeconds, delaySeconds }: Installation): number => 1000 * (everySeconds + delaySeconds);

/** The world as it was at a moment, as far as tables tell. */
function worldAt(
  installation: Installation,
  columns: ReadonlyMap<string, TimeColumn>,
  settings: KnownSettings,
  atMs: number,
): RuleWorld {
  const now = `fromUnixTimestamp64Milli(${atMs}, 'UTC')`;
  const zone = literal(installation.timezone);
  const over: Readonly<Record<TimeColumn, (name: string) => string>> = {
    m: (name) => `m < ${name.endsWith('_quarter') ? 'toStartOfFifteenMinutes' : 'toStartOfMinute'}(${now})`,
    d: () => `d < toDate(${now}, ${zone})`,
    at: () => `at <= ${now}`,
  };
  return {
    now,
    system: (name) => `system.${name}`,
    settings: settingsAt(settings, atMs),
    ...completenessAt(settings, atMs - lagMs(installation)),
    known(name) {
      const column = columns.get(name);
      return column && over[column](name);
    },
  };
}

/** Asks a rule at its moments, and between two that differ. */
async function changesOf(
  { moments, refined }: Plan,
  ask: (atMs: number) => Promise<readonly Said[]>,
  onLook: () => void,
): Promise<readonly SaidChange[]> {
  const changes: SaidChange[] = [];
  const firing = new Map<string, Said>();
  const note = (atMs: number, said: readonly Said[]) => {
    for (const row of said) {
      if (row.held || row.firing === firing.has(row.subject)) continue;
      changes.push({ atMs, said: row });
      if (row.firing) firing.set(row.subject, row);
      else firing.delete(row.subject);
    }
    for (const [subject, row] of firing) {
      if (said.some((s) => s.subject === subject)) continue;
      changes.push({ atMs, said: { ...row, firing: false, detail: 'Not told of any more.' } });
      firing.delete(subject);
    }
  };
  const between = async (a: Look, b: Look): Promise<void> => {
    const middleMs = Math.floor((a.atMs + b.atMs) / 2 / minuteMs) * minuteMs;
    if (middleMs <= a.atMs || verdicts(a.said) === verdicts(b.said)) return note(b.atMs, b.said);
    const middle = { atMs: middleMs, said: await ask(middleMs) };
    await between(a, middle);
    await between(middle, b);
  };
  let before: Look | undefined;
  for (const atMs of moments) {
    const look = { atMs, said: await ask(atMs) };
    if (before && refined) await between(before, look);
    else note(atMs, look.said);
    before = look;
    onLook();
  }
  return changes;
}

interface Look {
  readonly atMs: number;
  readonly said: readonly Said[];
}

/** What is compared: who fires, who is held. */
const verdicts = (said: readonly Said[]): string =>
  JSON.stringify(said.filter((s) => s.firing || s.held).map(({ subject, held }) => [subject, held]));
