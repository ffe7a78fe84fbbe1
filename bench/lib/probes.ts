import { setTimeout as sleep } from 'node:timers/promises';

import { sourceDatabase } from './data/tables';
import { probeEvent } from './data/values';
import type { Engine } from './engine';
import { numberOf } from './engine';
import { quantile } from './numbers';
import { exists } from './views';

/** How long single events take until a rollup counts them. */
export interface Latency {
  readonly rollup: string;
  readonly probes: number;
  /** Probes that were never counted. */
  readonly lost: number;
  readonly p50Seconds: number;
  readonly p95Seconds: number;
  readonly mostSeconds: number;
}

export interface ProbeOptions {
  readonly seconds: number;
  /** Time between two probes; no multiple of the refresh period, so that they fall anywhere within it. */
  readonly everyMs?: number;
  /** Time between two looks: how exact a latency is. */
  readonly pollMs?: number;
  /** Ends the sending early when it says so. */
  readonly until?: () => boolean;
}

/** Longest wait for the last probe, in seconds. */
const patienceSeconds = 60;

/** The rollup in which a single event is seen first: that of minutes where it is installed, else that of days. */
export async function probedRollup(engine: Engine): Promise<{ name: string; count: string }> {
  const name = (await exists(engine, 'tidemark', 'event_minute')) ? 'event_minute' : 'event_day';
  const bucket = name === 'event_minute' ? `m >= toStartOfDay(now('UTC') - INTERVAL 1 DAY)` : `d >= today() - 1`;
  return { name, count: `SELECT sum(n) FROM tidemark.${name} FINAL WHERE event = '${probeEvent}' AND ${bucket}` };
}

/**
 * Sends single events, each with a name that nothing else sends, and looks until the rollup's number has grown by it:
 * begin of the insert to the answer that holds it. Events are counted in order, so the n-th growth is the n-th probe.
 */
export async function probe(engine: Engine, options: ProbeOptions): Promise<Latency> {
  const { seconds, everyMs = 2_300, pollMs = 200, until = () => false } = options;
  const rollup = await probedRollup(engine);
  const base = await numberOf(engine, rollup.count);
  const sentMs: number[] = [];
  const latencies: number[] = [];
  const endMs = performance.now() + seconds * 1000;
  let sending = true;
  const send = async () => {
    while (performance.now() < endMs && !until()) {
      sentMs.push(performance.now());
      await engine.command(
        `INSERT INTO ${sourceDatabase}.events (event_id, occurred_at, event_name, user_id, country, platform) SELECT rand64(), now64(3), '${probeEvent}', 0, 'US', 'web'`,
      );
      await sleep(everyMs);
    }
    sending = false;
  };
  const look = async () => {
    let lastSentMs = performance.now();
    for (;;) {
      const counted = (await numberOf(engine, rollup.count)) - base;
      const nowMs = performance.now();
      for (let i = latencies.length; i < Math.min(counted, sentMs.length); i++)
        latencies.push((nowMs - sentMs[i]!) / 1000);
      if (sending) lastSentMs = nowMs;
      if (!sending && (latencies.length >= sentMs.length || nowMs - lastSentMs > patienceSeconds * 1000)) return;
      await sleep(pollMs);
    }
  };
  await Promise.all([send(), look()]);
  return {
    rollup: rollup.name,
    probes: sentMs.length,
    lost: sentMs.length - latencies.length,
    p50Seconds: quantile(latencies, 0.5),
    p95Seconds: quantile(latencies, 0.95),
    mostSeconds: Math.max(...latencies),
  };
}
