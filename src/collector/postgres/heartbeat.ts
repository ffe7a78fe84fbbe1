import type { HeartbeatConfig, PipelineConfig, PostgresConfig } from '../../config/collectConfig';
import type { Db } from '../../core/db';
import { ident, literal, qualified } from '../../core/sql/quote';
import { healthHeartbeat } from '../../packs/pipeline/health/heartbeat';
import { fail, failureOf, tableFailure } from '../errors';
import type { Failure } from '../errors';
import { pause } from '../clock';
import type { Clock } from '../clock';
import { instant, patienceMs, rowsOf } from '../source';
import type { Collected, Look, Source } from '../source';
import { Sessions, pgIdent, pgTable } from './session';
import type { Home } from './tables';
import { greatestMs } from './targetTables';
import type { Session } from './session';

/** The copy is looked at again after these pauses, in ms, until the beat has come; the last is repeated. */
const pauses = [100, 200, 300, 400] as const;

/** For so long of an interval the arrival of a beat is waited for. */
const waitShare = 0.5;

/** The longest time that it is waited for, in ms: what is later than that is known to the interval. */
const longestWaitMs = 4000;

/** Beats that are remembered while none arrives: at ten seconds a beat, a day and more. */
const mostBeats = 10_000;

/** A beat by the clock of Postgres and when it was written by the clock of the collector, in ms since 1970. */
interface Beat {
  readonly ms: number;
  readonly atMs: number;
}

/** Beats and what is known of their copies. */
interface Memory {
  beats: Beat[];
  /** Precision of the copy's column, in ms: a beat has arrived when the copy is as far in whole ones of these. */
  unitMs: number | undefined;
  select: string | undefined;
  /** Clock of Postgres less the collector's. */
  skewMs: number | undefined;
  read: boolean;
}

/**
 * The heartbeat of a pipeline: writes a beat, waits a little for its copy, and says how late that is. Of a pipeline whose Postgres is
 * not known, only the copy is read: somebody else writes the beats.
 */
export function heartbeatSource(
  pipeline: PipelineConfig,
  heartbeat: HeartbeatConfig,
  server: PostgresConfig | undefined,
  home: Home,
  clock: Pick<Clock, 'after' | 'now'>,
): Source {
  const sessions = server && new Sessions(server, { writes: true });
  const memory: Memory = { beats: [], unitMs: undefined, select: undefined, skewMs: undefined, read: false };
  const intervalMs = heartbeat.everySeconds * 1000;
  return {
    name: `heartbeat ${pipeline.name}`,
    tables: [healthHeartbeat],
    intervalMs,
    timeoutMs: patienceMs(intervalMs),
    collect: (look) => collect(look, { pipeline, heartbeat, sessions, memory, home, clock }),
    close: () => sessions?.close() ?? Promise.resolve(),
  };
}

interface Parts {
  readonly pipeline: PipelineConfig;
  readonly heartbeat: HeartbeatConfig;
  readonly sessions: Sessions | undefined;
  readonly memory: Memory;
  readonly home: Home;
  readonly clock: Pick<Clock, 'after' | 'now'>;
}

async function collect(look: Look, parts: Parts): Promise<Collected> {
  const { pipeline, heartbeat, memory } = parts;
  const { now } = look;
  await remember(look.db, parts);
  let beat: Beat | undefined;
  let failure: Failure | undefined;
  try {
    beat = await write(look, parts);
  } catch (thrown) {
    failure = failureOf(thrown);
  }
  if (beat) memory.beats.push(beat);
  // The oldest that waits is the lag: it stays.
  if (memory.beats.length > mostBeats) memory.beats.splice(1, 1);
  let seen: Seen;
  try {
    seen = await awaitCopy(look, parts, beat);
  } catch (thrown) {
    // The beat was written: it waits from now on, and the next look says so.
    return {
      rows: [],
      parts: [part('source', failure), part('copy', tableFailure(thrown, heartbeat.target, parts.home.user))],
    };
  }
  const { seenMs, atMs, targetSkewMs } = seen;
  const unit = memory.unitMs ?? 1;
  const arrived = beat !== undefined && has(seenMs, beat.ms, unit);
  const waiting = memory.beats.filter(({ ms }) => !has(seenMs, ms, unit));
  memory.beats = waiting;
  const oldest = waiting[0];
  const lagMs = arrived && beat ? atMs - beat.atMs : oldest ? now() - oldest.atMs : null;
  return {
    parts: [part('source', failure), part('copy', undefined)],
    rows: [
      rowsOf(healthHeartbeat, [
        {
          pipeline: pipeline.name,
          beat_at: beat ? instant(beat.ms) : null,
          seen_at: seenMs === null ? null : instant(seenMs),
          lag_s: lagMs === null ? null : Math.max(0, lagMs) / 1000,
          arrived: arrived ? 1 : 0,
          age_s: seenMs === null ? null : Math.max(0, now() + (memory.skewMs ?? 0) - seenMs) / 1000,
          waits_since: oldest ? instant(oldest.ms) : null,
          every_s: heartbeat.everySeconds,
          source_skew_ms: memory.skewMs ?? null,
          target_skew_ms: targetSkewMs,
        },
      ]),
    ],
  };
}

const part = (name: string, failure: Failure | undefined) => ({ part: name, ...(failure && { failure }) });

/** Whether the copy is at least as far as a beat, in whole units of what the copy can tell apart. */
const has = (seenMs: number | null, beatMs: number, unitMs: number): boolean =>
  seenMs !== null && Math.floor(beatMs / unitMs) <= Math.floor(seenMs / unitMs);

/** Writes a beat. Without a known Postgres there is none. */
async function write(
  { now, signal }: Look,
  { sessions, heartbeat, pipeline, memory }: Parts,
): Promise<Beat | undefined> {
  const { server = '', database = '' } = pipeline.postgres ?? {};
  if (!sessions) return undefined;
  const session = await sessions.get(database, signal);
  const column = pgIdent(heartbeat.column);
  const before = now();
  const rows = await ask(session, heartbeat, server, () =>
    session.query<{ ms: string }>(
      { what: 'its heartbeat', grant: heartbeatGrants(session.user, heartbeat).join(' ') },
      `UPDATE ${pgTable(heartbeat.table)} SET ${column} = clock_timestamp() WHERE id = 1 RETURNING floor(extract(epoch FROM ${column}) * 1000)::bigint AS ms`,
    ),
  );
  const atMs = (before + now()) / 2;
  const [row] = rows;
  if (!row) throw fail('pg_no_heartbeat', { server, database, table: heartbeat.table, what: 'has no row with id 1' });
  const ms = Number(row.ms);
  memory.skewMs = ms - atMs;
  return { ms, atMs };
}

async function ask<T>(
  { database }: Session,
  { table }: HeartbeatConfig,
  server: string,
  query: () => Promise<T>,
): Promise<T> {
  try {
    return await query();
  } catch (thrown) {
    const { facts } = thrown as { readonly facts?: { readonly code?: unknown } };
    if (facts?.code === '42P01') throw fail('pg_no_heartbeat', { server, database, table, what: 'is not there' });
    throw thrown;
  }
}

/** The rights that beats need. */
export function heartbeatGrants(user: string, { table, column }: HeartbeatConfig): readonly string[] {
  const to = pgIdent(user);
  return [
    `GRANT USAGE ON SCHEMA ${pgIdent(table.slice(0, table.indexOf('.')))} TO ${to};`,
    `GRANT SELECT (id, ${pgIdent(column)}), UPDATE (${pgIdent(column)}) ON ${pgTable(table)} TO ${to};`,
  ];
}

interface Seen {
  /** The newest beat of the copy, by the clock of Postgres; null where it has none. */
  readonly seenMs: number | null;
  /** When it was looked at, by the clock of the collector. */
  readonly atMs: number;
  readonly targetSkewMs: number;
}

/** Looks at the copy until it has the beat, or for as long as there is time. */
async function awaitCopy({ db, now, signal }: Look, parts: Parts, beat: Beat | undefined): Promise<Seen> {
  const { heartbeat, memory, clock } = parts;
  await learnColumn(db, heartbeat, memory);
  const until = now() + Math.min(longestWaitMs, heartbeat.everySeconds * 1000 * waitShare);
  for (let i = 0; ; i++) {
    const before = now();
    const [row] = await db.query<{ seen: string | number | null; now: string | number }>(memory.select ?? '');
    const atMs = now();
    // Of an empty table max() is 1970.
    const seenMs = row?.seen == null || Number(row.seen) <= 0 ? null : Number(row.seen);
    const seen = { seenMs, atMs, targetSkewMs: Number(row?.now ?? atMs) - (before + atMs) / 2 };
    const next = pauses[i] ?? pauses.at(-1) ?? 0;
    if (!beat || has(seenMs, beat.ms, memory.unitMs ?? 1) || atMs + next > until || signal.aborted) return seen;
    await pause(clock, next, signal);
  }
}

/** Reads the type of the copy's column once: what it can tell apart, and how it is read. */
async function learnColumn(db: Db, { target, column }: HeartbeatConfig, memory: Memory): Promise<void> {
  if (memory.select !== undefined) return;
  const dot = target.indexOf('.');
  const [row] = await db.query<{ type: string }>(
    `SELECT type FROM system.columns WHERE database = ${literal(target.slice(0, dot))} AND table = ${literal(target.slice(dot + 1))} AND name = ${literal(column)}`,
  );
  if (!row) throw fail('ch_no_heartbeat', { target, column });
  memory.unitMs = /DateTime\b(?!64)/.test(row.type) ? 1000 : /DateTime64\(([0-2])/.test(row.type) ? 1000 : 1;
  memory.select = `SELECT ${greatestMs(column, row.type)} AS seen, toUnixTimestamp64Milli(now64(3)) AS now FROM ${qualified(target)}`;
}

/** The beats of a collector before this one: one that waits still does. */
async function remember(db: Db, { pipeline, memory, home, sessions }: Parts): Promise<void> {
  if (memory.read || !sessions) return;
  const rows = await db
    .query<{ waits: string | number | null; beat: string | number | null; skew: number | null }>(
      `SELECT toUnixTimestamp64Milli(waits_since) AS waits, toUnixTimestamp64Milli(beat_at) AS beat, source_skew_ms AS skew
FROM ${ident(home.database)}.health_heartbeat WHERE pipeline = ${literal(pipeline.name)} AND at > now() - INTERVAL 7 DAY ORDER BY at DESC LIMIT 1`,
    )
    .catch(() => []);
  memory.read = true;
  const [last] = rows;
  const kept = [last?.waits, last?.beat].filter((ms) => ms != null).map(Number);
  memory.beats = [...new Set(kept)].map((ms) => ({ ms, atMs: ms - (last?.skew ?? 0) }));
}
