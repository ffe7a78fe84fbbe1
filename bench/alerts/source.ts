import { post } from '../lib/http';
import { dayMs, minuteMs } from './calendar';
import type { Incident } from './incidents';
import { minuteOf } from './minutes';
import type { Profile } from './profiles';
import { leadDays, yearFrom } from './profiles';

/** A year of a profile as rows per minute, in a database of its own: what the rollups of the stages are filled from. */
export interface Source {
  readonly profile: Profile;
  readonly database: string;
  /** First and one past the last minute of the year proper, in ms since 1970. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** Minutes that are sent at once: drawing more would let the idle connection be closed. */
const batch = 4_000;

/** Draws the year (with its lead-in) and stores it. `command` runs a statement. */
export async function makeSource(
  url: string,
  command: (sql: string) => Promise<unknown>,
  profile: Profile,
  incidents: readonly Incident[],
  days: number,
  database: string,
): Promise<Source> {
  await command(`CREATE DATABASE ${database}`);
  await command(`CREATE TABLE ${database}.event (m DateTime('UTC'), n UInt32) ENGINE = MergeTree ORDER BY m`);
  await command(
    `CREATE TABLE ${database}.request (m DateTime('UTC'), service LowCardinality(String), release LowCardinality(String), requests UInt32, errors UInt32, scale Float32) ENGINE = MergeTree ORDER BY (m, service, release)`,
  );
  await command(
    `CREATE TABLE ${database}.quarter (m DateTime('UTC'), service LowCardinality(String), requests UInt64, latency AggregateFunction(${sketch}, Float64)) ENGINE = MergeTree ORDER BY (m, service)`,
  );
  const fromMs = yearFrom * dayMs;
  const toMs = fromMs + days * dayMs;
  const own = incidents.filter((i) => i.profile === profile.name);
  let events: string[] = [];
  let requests: string[] = [];
  const send = async () => {
    await post(url, `INSERT INTO ${database}.event FORMAT TSV`, {}, events.join(''));
    await post(url, `INSERT INTO ${database}.request FORMAT TSV`, {}, requests.join(''));
    [events, requests] = [[], []];
  };
  for (let ms = fromMs - leadDays * dayMs; ms < toMs; ms += minuteMs) {
    const minute = minuteOf(profile, own, ms);
    const at = ms / 1000;
    if (minute.events > 0) events.push(`${at}\t${minute.events}\n`);
    for (const r of minute.requests)
      requests.push(`${at}\t${r.service}\t${r.release}\t${r.requests}\t${r.errors}\t${r.scale.toFixed(4)}\n`);
    if (events.length >= batch) await send();
  }
  await send();
  return { profile, database, fromMs, toMs };
}

/** The sketch of durations that the rollups keep. */
export const sketch = 'quantilesDD(0.01, 0.5, 0.95, 0.99)';

/**
 * SQL of the durations (ms) of a row of `request`: median 90 ms, log-normal with σ 0.6 (p95 241 ms), one in 250 from 2 to 8 s; drawn by
 * hashes, so the same however often it is asked for.
 */
export const durations = `arrayMap(i -> if(sipHash64(i, m, service, 3) % 250 = 0, 2000 + 6000 * ((sipHash64(i, release, m, 4) + 0.5) / 18446744073709551616),
  90 * exp(0.6 * sqrt(-2 * log((sipHash64(i, m, service, release) + 0.5) / 18446744073709551616)) * cos(2 * pi() * sipHash64(release, i, service, m) / 18446744073709551616))) * scale, range(requests))`;

/** Fills the quarter hours (with their sketches) that stand in a sub-query and are not there yet. */
export async function ensureQuarters(
  { database }: Source,
  command: (sql: string) => Promise<unknown>,
  wanted: string,
): Promise<void> {
  await command(`INSERT INTO ${database}.quarter
SELECT toStartOfFifteenMinutes(m) AS q, service, sum(requests), quantilesDDArrayState(0.01, 0.5, 0.95, 0.99)(${durations})
FROM ${database}.request
WHERE toStartOfFifteenMinutes(m) IN (${wanted}) AND toStartOfFifteenMinutes(m) NOT IN (SELECT m FROM ${database}.quarter)
GROUP BY q, service`);
}
