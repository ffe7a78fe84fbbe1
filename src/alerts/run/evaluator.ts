import { messageOf } from '../../core/errors';
import type { AlertRule } from '../../packs/rule';
import { alertRules } from '../../packs/rules';
import { fail } from '../errors';
import { alertMessage } from '../message';
import type { Outcome, RuleState, SubjectState } from '../state';
import { freshState, isAlerting, step } from '../state';
import type { Alertmanager } from './alertmanager';
import type { RuleSource } from './ask';
import type { Episode, Saying, TellSettings } from './episode';
import { follow, heard, isDone, sayingOf } from './episode';
import type { Log } from './log';
import type { PayloadSettings, PostableAlert } from './payload';
import { payload } from './payload';
import { recalled } from './recall';
import type { Store } from './store';
import { keyOf } from './store';

/** What an evaluator works with. */
export interface EvaluatorWorld {
  readonly source: RuleSource;
  readonly store: Store;
  readonly alertmanager: Alertmanager;
  readonly log: Log;
  /** Milliseconds since 1970. */
  now(): number;
  /** Whether an error means that ClickHouse cannot be asked at all, so that asking on would only take time. */
  isAway(thrown: unknown): boolean;
}

export interface EvaluatorSettings extends PayloadSettings, TellSettings {
  /** Rules that are switched off. */
  readonly off: readonly string[];
  /** How many times as fast the waiting times of the rules go; 1 but in a drill. */
  readonly speed: number;
}

/** Asks all rules, remembers, and tells Alertmanager. One at a time: a caller waits for one step before the next. */
export interface Evaluator {
  /** One evaluation of every rule. Writes down what came of it before anybody is told. Never throws. */
  evaluate(nowMs: number): Promise<void>;
  /** Tells Alertmanager what fires and what is over. Returns whether it took it; never throws. */
  deliver(nowMs: number): Promise<boolean>;
  /** Says in the log where Alertmanager could not deliver since the last look, and which key of tidemark.yaml is about it. Never throws. */
  watchDelivery(): Promise<void>;
  /** Whether ClickHouse answered the last time. */
  readonly reached: boolean;
}

/** Intervals after which what fires is told again although not all rules are asked: with the longest answer (two) within a lease. */
const renewIntervals = 1.5;

/** A rule whose waiting times go faster. */
const paced = (rule: AlertRule, speed: number): AlertRule => ({
  ...rule,
  forSeconds: rule.forSeconds / speed,
  keepFiringForSeconds: rule.keepFiringForSeconds / speed,
});

const undelivered = (kind: string, attempts: number): string =>
  messageOf(fail('alertmanager_undelivered', { kind, attempts }));

export function makeEvaluator(world: EvaluatorWorld, settings: EvaluatorSettings): Evaluator {
  const { source, store, alertmanager, log } = world;
  const states = new Map<string, RuleState>();
  const episodes = new Map<string, Episode>();
  /** Whether the memory was read; until then `recalled` says whether Alertmanager's stands in for it. */
  let loaded = false;
  let isRecalled = false;
  let rules: readonly AlertRule[] = alertRules.filter(({ name }) => !settings.off.includes(name));
  let reached = true;
  let told = true;
  /** When Alertmanager last took what was said. */
  let postedMs = -Infinity;
  let failures: ReadonlyMap<string, number> | undefined;

  /** Reads what the evaluator before this one knew. Rules that went on meanwhile without it (*deadman*) keep what they have. */
  async function load(): Promise<void> {
    const memory = await store.load();
    const own = new Set(rules.filter(({ noData }) => noData === 'Alerting').map(({ name }) => name));
    const keeps = (rule: string) => own.has(rule) && (states.get(rule)?.subjects.length ?? 0) > 0;
    for (const rule of [...states.keys()]) if (!keeps(rule)) states.delete(rule);
    for (const [key, { rule }] of [...episodes]) if (!keeps(rule)) episodes.delete(key);
    for (const [rule, state] of memory.states) if (!keeps(rule)) states.set(rule, state);
    for (const [key, episode] of memory.episodes) if (!keeps(episode.rule)) episodes.set(key, episode);
    loaded = true;
    log('info', 'state read', { subjects: memory.episodes.size });
  }

  /** While ClickHouse cannot be asked from the start: what fires, as Alertmanager knows it, so that it does not end there. */
  async function recall(): Promise<void> {
    if (isRecalled) return;
    try {
      const memory = recalled(await alertmanager.active(), rules);
      for (const [rule, state] of memory.states) states.set(rule, state);
      for (const [key, episode] of memory.episodes) episodes.set(key, episode);
      isRecalled = true;
      log('info', 'ClickHouse is away: went on from what Alertmanager knows', { firing: memory.episodes.size });
    } catch (thrown) {
      log('warn', 'Alertmanager could not be asked what fires', { error: messageOf(thrown) });
    }
  }

  function reachedNow(now: boolean, error?: unknown): void {
    if (reached === now) return;
    reached = now;
    if (now) log('info', 'ClickHouse answers again');
    else
      log('error', 'ClickHouse does not answer; all rules but deadman keep their states', { error: messageOf(error) });
  }

  /**
   * What Alertmanager knows to fire goes on for another lease, where asking takes so long that it would end meanwhile: a ClickHouse that
   * answers slowly must not look like an end. Nothing new is said, nothing is written down. Never throws.
   */
  async function renew(): Promise<void> {
    const nowMs = world.now();
    if (nowMs - postedMs < renewIntervals * settings.intervalMs) return;
    const going = [...episodes.values()].filter((e) => e.told === 'firing' && e.endedAtMs === null);
    const alerts = payloads(
      going.map((episode) => ({ episode, kind: 'firing' as const })),
      nowMs,
    );
    if (alerts.length === 0) return;
    await alertmanager.post(alerts).then(
      () => (postedMs = nowMs),
      () => undefined,
    );
  }

  const payloads = (sayings: readonly Saying[], nowMs: number): readonly PostableAlert[] =>
    sayings.flatMap((saying) => {
      const rule = alertRules.find(({ name }) => name === saying.episode.rule);
      return rule ? [payload(rule, saying, settings, nowMs)] : [];
    });

  const answers = (): Promise<boolean> =>
    source.rules().then(
      () => true,
      () => false,
    );

  /** Asks all rules; once ClickHouse is found away, the rest is not asked. */
  async function askAll(): Promise<ReadonlyMap<AlertRule, Outcome>> {
    const outcomes = new Map<AlertRule, Outcome>();
    let away: Outcome | undefined;
    try {
      if (!loaded) await load();
      rules = await source.rules();
    } catch (thrown) {
      if (!world.isAway(thrown)) log('error', 'the rules could not be read', { error: messageOf(thrown) });
      else {
        away = { kind: 'error', message: messageOf(thrown) };
        reachedNow(false, thrown);
        if (!loaded) await recall();
      }
    }
    for (const rule of rules) {
      await renew();
      const { outcome, thrown } = away ? { outcome: away } : await source.ask(rule);
      await renew();
      // One view may be too slow for our patience while all others answer.
      if (thrown !== undefined && world.isAway(thrown) && !(await answers())) {
        away = outcome;
        reachedNow(false, thrown);
      }
      outcomes.set(rule, outcome);
    }
    if (!away) reachedNow(true);
    return outcomes;
  }

  function advance(rule: AlertRule, outcome: Outcome, nowMs: number): void {
    const before = states.get(rule.name) ?? freshState;
    const after = step(paced(rule, settings.speed), before, outcome, nowMs);
    if (reached && before.health !== after.health) tellHealth(rule, after);
    states.set(rule.name, after);
    const names = new Set([...before.subjects, ...after.subjects].map(({ subject }) => subject));
    for (const subject of names) {
      const now = after.subjects.find((s) => s.subject === subject);
      tellChange(
        rule,
        before.subjects.find((s) => s.subject === subject),
        now,
        subject,
      );
      track(rule.name, subject, now, nowMs);
    }
  }

  function track(rule: string, subject: string, now: SubjectState | undefined, nowMs: number): void {
    const key = keyOf(rule, subject);
    const episode = follow(rule, episodes.get(key), now, nowMs);
    if (episode) episodes.set(key, episode);
  }

  function tellHealth(rule: AlertRule, { health, message }: RuleState): void {
    if (health === 'Ok') log('info', 'rule answers again', { rule: rule.name });
    if (health === 'NoData') log('warn', 'rule tells of no subject', { rule: rule.name });
    if (health === 'Error') log('error', 'rule could not be asked', { rule: rule.name, error: message });
  }

  function tellChange(
    rule: AlertRule,
    before: SubjectState | undefined,
    after: SubjectState | undefined,
    subject: string,
  ): void {
    const was = before !== undefined && isAlerting(before);
    const is = after !== undefined && isAlerting(after);
    const facts = { rule: rule.name, subject };
    if (is && !was)
      log('warn', 'firing', {
        ...facts,
        value: after.value,
        threshold: after.threshold,
        text: alertMessage(rule, after),
      });
    if (was && !is) log('info', 'over', facts);
    else if (before?.state !== after?.state) log('debug', after?.state ?? 'not told of', facts);
  }

  /** Rules that were taken away have nothing to say any more; what they said is over. */
  function forgetOthers(nowMs: number): void {
    if (!loaded || !reached) return;
    const names = new Set(rules.map(({ name }) => name));
    for (const rule of [...states.keys()]) if (!names.has(rule)) states.delete(rule);
    for (const [key, episode] of episodes) {
      if (names.has(episode.rule)) continue;
      const over = follow(episode.rule, episode, undefined, nowMs);
      if (over && alertRules.some(({ name }) => name === over.rule)) episodes.set(key, over);
      else episodes.delete(key);
    }
  }

  async function save(nowMs: number): Promise<void> {
    if (!loaded || !reached) return;
    try {
      await store.save({ states, episodes }, nowMs);
    } catch (thrown) {
      if (world.isAway(thrown)) reachedNow(false, thrown);
      else log('error', 'the state could not be written', { error: messageOf(thrown) });
    }
  }

  return {
    get reached() {
      return reached;
    },
    async evaluate(nowMs) {
      for (const [rule, outcome] of await askAll()) advance(rule, outcome, nowMs);
      forgetOthers(nowMs);
      await save(nowMs);
    },
    async deliver(nowMs) {
      const sayings = [...episodes.values()].map((episode) => sayingOf(episode, nowMs, settings));
      const alerts = payloads(sayings, nowMs);
      try {
        if (alerts.length > 0) await alertmanager.post(alerts);
      } catch (thrown) {
        if (told)
          log('error', 'Alertmanager was not told; tried again', { alerts: alerts.length, error: messageOf(thrown) });
        told = false;
        return false;
      }
      if (!told) log('info', 'Alertmanager takes alerts again', { alerts: alerts.length });
      told = true;
      postedMs = nowMs;
      for (const saying of sayings) {
        const { rule, subject } = saying.episode;
        const episode = heard(saying, nowMs);
        if (isDone(episode, nowMs, settings)) episodes.delete(keyOf(rule, subject));
        else episodes.set(keyOf(rule, subject), episode);
      }
      await save(nowMs);
      return true;
    },
    async watchDelivery() {
      try {
        const now = await alertmanager.failures();
        for (const [kind, count] of now) {
          const before = failures?.get(kind) ?? 0;
          // Counted from its beginning: what failed before this evaluator looked first is told, too.
          if (count > before)
            log('error', undelivered(kind, count - before), { receiver: kind, attempts: count - before });
        }
        failures = now;
      } catch {
        // Whoever cannot be asked that could not be told either, which was said already.
      }
    },
  };
}
