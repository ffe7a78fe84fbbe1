import fc from 'fast-check';

import { alertRules } from '../../packs/rules';
import { errorRate } from '../../packs/service/rules/errorRate';
import type { RuleState } from '../state';
import { freshState, isAlerting, step } from '../state';
import type { Alertmanager } from './alertmanager';
import type { Episode } from './episode';
import { leaseIntervals } from './episode';
import type { Evaluator } from './evaluator';
import { makeEvaluator } from './evaluator';
import { runLoop } from './loop';
import type { PostableAlert } from './payload';
import type { Memory, Store } from './store';

const minute = 60_000;
const startMs = Date.UTC(2026, 2, 2, 12);
const away = new Error('ClickHouse is away');
const killed = new Error('killed');
const settings = {
  off: [] as readonly string[],
  team: 'data',
  timezone: 'UTC',
  runbooks: 'r',
  intervalMs: minute,
  holdMs: minute,
  speed: 1,
  linkOf: () => undefined,
};

/** What one minute brings. */
interface Minute {
  /** f fires, q quiet, h held, e ClickHouse is away. */
  readonly says: string;
  readonly alertmanagerUp: boolean;
  /** Where in this minute the evaluator is killed, and begins anew. */
  readonly kill?: 'before writing' | 'before telling' | 'after telling';
}

/**
 * An Alertmanager as far as it matters: group wait, leases, a notification log that outlives it, alerts that do not. Simulated because
 * a real one has no clock to hand in; `delivery.chdb.test.ts` runs the real one.
 */
function alertmanagerModel() {
  const waitMs = 30_000;
  const alerts = new Map<string, { startsAtMs: number; endsAtMs: number; seenMs: number }>();
  const log = new Map<string, 'firing' | 'over'>();
  const sent: { kind: 'firing' | 'over'; atMs: number; startsAtMs: number }[] = [];
  let up = true;
  let nowMs = startMs;
  const api: Alertmanager = {
    post(posted) {
      if (!up) return Promise.reject(new Error('Alertmanager is away'));
      for (const { labels, startsAt, endsAt } of posted) {
        const key = JSON.stringify(labels);
        const seenMs = alerts.get(key)?.seenMs ?? nowMs;
        alerts.set(key, { startsAtMs: Date.parse(startsAt), endsAtMs: Date.parse(endsAt), seenMs });
      }
      return Promise.resolve();
    },
    active: () =>
      up
        ? Promise.resolve(
            [...alerts]
              .filter(([, { endsAtMs }]) => endsAtMs > nowMs)
              .map(([key, { startsAtMs }]) => ({
                labels: JSON.parse(key) as Record<string, string>,
                annotations: {},
                startsAt: new Date(startsAtMs).toISOString(),
              })),
          )
        : Promise.reject(new Error('Alertmanager is away')),
    failures: () => Promise.resolve(new Map()),
  };
  return {
    api,
    sent,
    at(ms: number, isUp: boolean) {
      nowMs = ms;
      up = isUp;
      if (!up) return alerts.clear();
      for (const [key, { startsAtMs, endsAtMs, seenMs }] of alerts) {
        if (nowMs - seenMs < waitMs) continue;
        const kind = endsAtMs > nowMs ? 'firing' : 'over';
        const before = log.get(key);
        if (kind === 'over') alerts.delete(key);
        if (before === kind || (kind === 'over' && before === undefined)) continue;
        log.set(key, kind);
        sent.push({ kind, atMs: nowMs, startsAtMs });
      }
    },
  };
}

/** Runs minutes against evaluators that are killed as the minutes say; what Alertmanager sent, and the alerts that there were. */
async function drill(minutes: readonly Minute[]) {
  const manager = alertmanagerModel();
  let stored: Memory = { states: new Map(), episodes: new Map() };
  let now: Minute = { says: 'q', alertmanagerUp: true };
  const store: Store = {
    load: () => (now.says === 'e' ? Promise.reject(away) : Promise.resolve(stored)),
    save(memory) {
      if (now.kill === 'before writing') return Promise.reject(killed);
      if (now.says === 'e') return Promise.reject(away);
      const written = JSON.stringify([[...memory.states], [...memory.episodes]]);
      const [states, episodes] = JSON.parse(written) as [[string, RuleState][], [string, Episode][]];
      stored = { states: new Map(states), episodes: new Map(episodes) };
      return Promise.resolve();
    },
  };
  const begin = (): Evaluator =>
    makeEvaluator(
      {
        source: {
          rules: () => (now.says === 'e' ? Promise.reject(away) : Promise.resolve([errorRate])),
          ask: () => Promise.resolve({ outcome: outcomeOf(now.says) }),
        },
        store,
        alertmanager: manager.api,
        log: () => undefined,
        now: () => nowMs,
        isAway: (thrown) => thrown === away,
      },
      { ...settings, off: alertRules.map(({ name }) => name).filter((name) => name !== errorRate.name) },
    );
  let nowMs = startMs;
  let evaluator = begin();
  let machine: RuleState = freshState;
  const alerts: { fromMs: number; toMs: number }[] = [];
  for (const [i, each] of minutes.entries()) {
    const atMs = startMs + i * minute;
    now = each;
    nowMs = atMs;
    manager.at(atMs, each.alertmanagerUp);
    await evaluator.evaluate(atMs);
    const ends = each.kill === 'before writing' || each.kill === 'before telling';
    if (!ends) await evaluator.deliver(atMs);
    if (each.kill !== undefined) evaluator = begin();
    for (let s = 10_000; s < minute; s += 10_000) manager.at(atMs + s, each.alertmanagerUp);
    // The same by the state machine alone, which nobody kills. A verdict that was killed before it was written never was.
    if (each.kill === 'before writing') continue;
    const was = machine.subjects.some(isAlerting);
    machine = step(errorRate, machine, outcomeOf(each.says), atMs);
    const is = machine.subjects.some(isAlerting);
    if (is && !was) alerts.push({ fromMs: atMs, toMs: Infinity });
    if (was && !is) alerts.at(-1)!.toMs = atMs;
  }
  return { sent: manager.sent, alerts };
}

const rowOf = (subject: string) => ({
  subject,
  value: 0.1,
  threshold: 0.02,
  asOf: '2026-03-02 12:00:00.000',
  detail: 'x',
});

function outcomeOf(says: string) {
  if (says === 'e') return { kind: 'error', message: away.message } as const;
  return { kind: 'rows', rows: [{ ...rowOf('api 2.1'), firing: says !== 'q', held: says === 'h' }] } as const;
}

const minutesOf = (says: string): Minute[] => [...says].map((each) => ({ says: each, alertmanagerUp: true }));
const calm = minutesOf('q'.repeat(40));
const kinds = (sent: readonly { readonly kind: string }[]) => sent.map(({ kind }) => kind);

describe('what Alertmanager sends', () => {
  test('is one message at the beginning and one at the end', async () => {
    const { sent } = await drill([...minutesOf('qqfffffffffqqq'), ...calm]);
    expect(kinds(sent)).toEqual(['firing', 'over']);
  });

  test('is the same where Alertmanager was away while the alert came and went', async () => {
    const down = minutesOf(`${'f'.repeat(8)}${'q'.repeat(14)}`).map((each) => ({ ...each, alertmanagerUp: false }));
    const { sent } = await drill([...down, ...calm]);
    expect(kinds(sent)).toEqual(['firing', 'over']);
    expect(sent[0]?.startsAtMs).toBe(startMs + 5 * minute);
  });

  test('does not end while ClickHouse is away, even where the evaluator begins anew meanwhile', async () => {
    const gone = minutesOf('e'.repeat(20)).map((each, i) =>
      i === 3 ? { ...each, kill: 'after telling' as const } : each,
    );
    const { sent } = await drill([...minutesOf('f'.repeat(8)), ...gone, ...minutesOf('fff'), ...calm]);
    expect(kinds(sent)).toEqual(['firing', 'over']);
  });

  const kill = fc.constantFrom(undefined, undefined, undefined, 'before writing', 'before telling', 'after telling');
  const eventful = fc
    .array(
      fc.record({
        says: fc.constantFrom('f'.repeat(7), 'f', 'q', 'q'.repeat(11), 'h', 'hh', 'e', 'eee'),
        alertmanagerUp: fc.boolean(),
        kill,
      }),
      { minLength: 1, maxLength: 14 },
    )
    .map((parts) =>
      parts.flatMap(({ says, alertmanagerUp, kill: at }) =>
        [...says].map((each, i): Minute => ({
          says: each,
          alertmanagerUp,
          ...(i === 0 && at !== undefined && { kill: at }),
        })),
      ),
    );

  test('is, whatever is away and whoever is killed: no end without a beginning, none twice, no alert untold, none too many', async () => {
    await fc.assert(
      fc.asyncProperty(eventful, async (minutes) => {
        const { sent, alerts } = await drill([...minutes, ...calm]);
        expect(kinds(sent)).toEqual(sent.map((_, i) => (i % 2 === 0 ? 'firing' : 'over')));
        expect(sent.length % 2).toBe(0);
        // Rather twice than not at all: an evaluator that is killed while ClickHouse is away, or before it could write down what it told
        // meanwhile, and one that tells nothing for four intervals is taken for gone.
        const unwritten = minutes.some(
          ({ says, kill: at }, i) => says === 'e' && (at !== undefined || minutes[i + 1]?.kill === 'before writing'),
        );
        const silent = /xxx/.test(minutes.map(({ kill: at }) => (/^before/.test(at ?? '') ? 'x' : '-')).join(''));
        if (!unwritten && !silent) expect(sent.length / 2).toBeLessThanOrEqual(alerts.length);
        for (const { fromMs } of alerts) {
          const told = sent.some(
            (each, i) => i % 2 === 0 && each.startsAtMs <= fromMs && (sent[i + 1]?.atMs ?? 0) >= fromMs,
          );
          expect([fromMs, told]).toEqual([fromMs, true]);
        }
      }),
      { numRuns: 250 },
    );
  }, 60_000);
});

describe('an evaluator', () => {
  const posted: PostableAlert[][] = [];
  const world = (rows: () => ReturnType<typeof outcomeOf>) => ({
    source: { rules: () => Promise.resolve([errorRate]), ask: () => Promise.resolve({ outcome: rows() }) },
    store: { load: () => Promise.resolve({ states: new Map(), episodes: new Map() }), save: () => Promise.resolve() },
    alertmanager: {
      post: (alerts: readonly PostableAlert[]) => Promise.resolve(void posted.push([...alerts])),
      active: () => Promise.resolve([]),
      failures: () => Promise.resolve(new Map()),
    },
    log: () => undefined,
    now: () => startMs,
    isAway: () => false,
  });

  test('posts labels that never change, and what is said in annotations', async () => {
    const evaluator = makeEvaluator(
      world(() => outcomeOf('f')),
      {
        off: [],
        team: 'data',
        timezone: 'Europe/Berlin',
        runbooks: 'https://example.com/runbooks',
        intervalMs: minute,
        holdMs: minute,
        speed: 1,
        linkOf: () => 'https://grafana.example.com/d/x?viewPanel=3',
      },
    );
    for (let i = 0; i <= 5; i++) await evaluator.evaluate(startMs + i * minute);
    await evaluator.deliver(startMs + 5 * minute);
    expect(posted).toEqual([
      [
        {
          labels: {
            alertname: 'Error rate',
            rule: 'error_rate',
            subject: 'api 2.1',
            pack: 'service',
            severity: 'critical',
            team: 'data',
          },
          annotations: {
            summary: 'api 2.1: 10 % of the requests failed in the last five whole minutes, more than 2 % may.',
            detail: 'x',
            value: '0.1',
            threshold: '0.02',
            since: 'Since 13:05 on 2 March (Europe/Berlin)',
            runbook: 'https://example.com/runbooks/error_rate.md',
            link: 'https://grafana.example.com/d/x?viewPanel=3',
          },
          startsAt: '2026-03-02T12:05:00.000Z',
          endsAt: new Date(startMs + (5 + leaseIntervals) * minute).toISOString(),
          generatorURL: 'https://grafana.example.com/d/x?viewPanel=3',
        },
      ],
    ]);
  });
});

test('what is known to fire goes on while ClickHouse answers slowly, and nothing new is said', async () => {
  const posted: { at: number; subjects: (string | undefined)[]; ends: number }[] = [];
  let nowMs = startMs;
  let slowMs = 0;
  const row = (subject: string) => ({ ...rowOf(subject), firing: true, held: false });
  let subjects = ['api 2.1'];
  const others = alertRules.filter(({ name }) => name !== errorRate.name).slice(0, 9);
  const evaluator = makeEvaluator(
    {
      source: {
        rules: () => Promise.resolve([errorRate, ...others]),
        ask(rule) {
          nowMs += slowMs;
          const rows = rule.name === errorRate.name ? subjects.map(row) : [];
          return Promise.resolve({ outcome: { kind: 'rows', rows } });
        },
      },
      store: { load: () => Promise.resolve({ states: new Map(), episodes: new Map() }), save: () => Promise.resolve() },
      alertmanager: {
        post(alerts) {
          const at = (nowMs - startMs) / minute;
          const ends = Math.max(...alerts.map(({ endsAt }) => (Date.parse(endsAt) - startMs) / minute));
          posted.push({ at, subjects: alerts.map(({ labels }) => labels['subject']), ends });
          return Promise.resolve();
        },
        active: () => Promise.resolve([]),
        failures: () => Promise.resolve(new Map()),
      },
      log: () => undefined,
      now: () => nowMs,
      isAway: () => false,
    },
    { ...settings, speed: 300 },
  );
  for (let i = 0; i < 3; i++) {
    nowMs = startMs + i * minute;
    await evaluator.evaluate(nowMs);
    await evaluator.deliver(nowMs);
  }
  expect(posted.map(({ at }) => at)).toEqual([1, 2]);
  posted.length = 0;
  // Ten rules of 50 s each: eight minutes, twice as long as the lease. A second release fires meanwhile, and is told when all were asked.
  slowMs = 50_000;
  subjects = ['api 2.1', 'api 2.2'];
  await evaluator.evaluate((nowMs = startMs + 3 * minute));
  expect(posted.length).toBeGreaterThanOrEqual(4);
  expect(posted.flatMap((each) => each.subjects)).toEqual(posted.map(() => 'api 2.1'));
  for (const [i, { ends }] of posted.entries())
    expect(posted[i + 1]?.at ?? nowMs / minute - startMs / minute).toBeLessThan(ends);
  await evaluator.evaluate((nowMs += minute));
  await evaluator.deliver(nowMs);
  expect(posted.at(-1)?.subjects).toEqual(['api 2.1', 'api 2.2']);
});

test('the loop evaluates at whole multiples of the interval, tries again what was not taken, and ends when it is told to', async () => {
  let nowMs = startMs + 5_000;
  const seen: string[] = [];
  const stop = new AbortController();
  const evaluator: Evaluator = {
    reached: true,
    watchDelivery: () => Promise.resolve(),
    evaluate(ms) {
      seen.push(`evaluate ${(ms - startMs) / 1000}`);
      return Promise.resolve();
    },
    deliver(ms) {
      seen.push(`deliver ${(ms - startMs) / 1000}`);
      if (ms > startMs + minute) stop.abort();
      return Promise.resolve(ms > startMs + 9_000);
    },
  };
  const clock = { now: () => nowMs, wait: (ms: number) => Promise.resolve(void (nowMs += ms)) };
  await runLoop(evaluator, { intervalMs: minute }, clock, stop.signal);
  expect(seen).toEqual([
    'evaluate 5',
    'deliver 5',
    'deliver 6',
    'deliver 8',
    'deliver 12',
    'evaluate 60',
    'deliver 60',
    'evaluate 120',
    'deliver 120',
  ]);
});
