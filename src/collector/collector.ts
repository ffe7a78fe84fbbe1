import type { Db } from '../core/db';
import type { Bound } from './buffer';
import type { Clock } from './clock';
import { createMetrics } from './metrics';
import type { Metrics, ProcessUse } from './metrics';
import { look, runSource } from './runner';
import type { Outcome, Running } from './runner';
import type { Health } from './serve';
import { Sink } from './sink';
import type { SinkState } from './sink';
import type { Log, Source, World } from './source';
import { sinkRows, statusRows } from './status';
import type { PartFailures } from './status';

/** All that a collector is made of: nothing is taken from anywhere else. */
export interface CollectorParts {
  readonly db: Db;
  /** Database of the health tables. */
  readonly database: string;
  readonly sources: readonly Source[];
  readonly bound: Bound;
  readonly clock: Clock;
  readonly fetch: typeof fetch;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly log: Log;
  readonly version: string;
  readonly process: ProcessUse;
}

/** A collector that runs. */
export interface Collector {
  readonly metrics: Metrics;
  health(): Health;
  readonly sink: SinkState;
  /** Ends all looks, writes what waits. @returns rows that could not be written any more. */
  stop(): Promise<number>;
}

/** Between two words about the writing itself, in ms. */
const sinkEveryMs = 30_000;

/** Not healthy when rows have waited for longer than this, in ms. */
const lateMs = 120_000;

/** Between the first looks of two sources, in ms: so they never all work at once. */
const staggerMs = 250;

/** Starts to look at all sources, each by itself, until it is stopped. */
export function startCollector(parts: CollectorParts): Collector {
  const { clock, sources, bound, database, random, log, version } = parts;
  const sink = new Sink(database, bound, parts);
  const metrics = createMetrics(version, () => sink.state, parts.process);
  const latest = new Map<string, Outcome>();
  const failures: PartFailures = new Map();
  const report = (outcome: Outcome) => {
    sayChange(log, latest.get(outcome.source.name), outcome);
    latest.set(outcome.source.name, outcome);
    metrics.looked(outcome);
    sink.add([...(outcome.collected?.rows ?? []), statusRows(outcome, failures)], outcome.at);
  };
  const world = worldOf(parts);
  const running: readonly Running[] = sources.map((source, i) =>
    runSource(source, { clock, world, random }, report, i * staggerMs),
  );
  let told: SinkState | undefined;
  let cancel = clock.after(sinkEveryMs, tell);
  function tell() {
    const { state } = sink;
    const now = clock.now();
    sink.add([sinkRows(state, told, bound, sinkEveryMs, now)], now);
    told = state;
    cancel = clock.after(sinkEveryMs, tell);
  }
  return {
    metrics,
    get sink() {
      return sink.state;
    },
    health: () => healthOf(sink.state, latest, clock.now()),
    async stop() {
      cancel();
      await Promise.all(running.map((r) => r.stop()));
      await sink.flush();
      return sink.state.rows;
    },
  };
}

/**
 * Looks once at each source, all at the same time, and writes what they brought unless `dry`. Never throws.
 * @returns an outcome for each, and how the writing went.
 */
export async function collectOnce(
  parts: CollectorParts,
  { dry = false }: { readonly dry?: boolean } = {},
): Promise<{ readonly outcomes: readonly Outcome[]; readonly sink: SinkState }> {
  const { clock, sources, bound, database, random } = parts;
  const sink = new Sink(database, bound, parts);
  const never = new AbortController().signal;
  const world = worldOf(parts);
  const outcomes = await Promise.all(
    sources.map(async (source): Promise<Outcome> => {
      const outcome = await look(source, { clock, world, random }, never);
      await source.close?.();
      return { source, ...outcome, failures: outcome.failure ? 1 : 0, nextAt: outcome.at + source.intervalMs };
    }),
  );
  if (!dry) {
    const failures: PartFailures = new Map();
    for (const outcome of outcomes)
      sink.add([...(outcome.collected?.rows ?? []), statusRows(outcome, failures)], outcome.at);
    await sink.flush();
  }
  return { outcomes, sink: sink.state };
}

const worldOf = ({ db, clock, fetch, log }: CollectorParts): World => ({ db, now: () => clock.now(), fetch, log });

/** A line when a source or a part of it begins to fail, fails in another way, or is well again; not at every look. */
function sayChange(log: Log, before: Outcome | undefined, now: Outcome): void {
  const source = now.source.name;
  if (now.state === 'backoff') return;
  const was = problems(before);
  const is = problems(now);
  for (const [part, { code, message }] of is)
    if (was.get(part)?.message !== message) log('warn', message, { source, ...(part !== '' && { part }), code });
  // What failed as a whole says nothing of its parts.
  if (now.failure) return;
  for (const part of was.keys())
    if (!is.has(part))
      log('info', `${[source, part].filter(Boolean).join(', ')}: well again.`, {
        source,
        ...(part !== '' && { part }),
      });
  log('debug', `${source}: looked.`, { source, ms: now.durationMs });
}

const problems = (outcome: Outcome | undefined) =>
  new Map([
    ...(outcome?.failure ? [['', outcome.failure] as const] : []),
    ...(outcome?.collected?.parts ?? []).flatMap(({ part, failure }) => (failure ? [[part, failure] as const] : [])),
  ]);

/** A source that fails is no reason to start the process anew: only rows that do not get to ClickHouse are. */
function healthOf(sink: SinkState, latest: ReadonlyMap<string, Outcome>, now: number): Health {
  const waitsMs = sink.oldestMs === undefined ? 0 : now - sink.oldestMs;
  return {
    ok: waitsMs <= lateMs,
    waiting: { rows: sink.rows, bytes: sink.bytes, seconds: Math.round(waitsMs / 1000) },
    dropped: sink.dropped,
    sources: Object.fromEntries(
      [...latest].map(([name, { state, at, failure }]) => [
        name,
        { state, at: new Date(at).toISOString(), ...(failure && { message: failure.message }) },
      ]),
    ),
  };
}
