import type { AlertRule } from '../../src/packs/rule';
import type { Said, Stage } from '../../src/schema';
import type { Db } from '../../src/core/db';
import { dayMs, dayOf, dayText, hourMs, minuteMs, timeText } from './calendar';
import { holidays } from './profiles';
import type { Source } from './source';
import { durations, ensureQuarters, sketch } from './source';

/**
 * Asks a rule about minutes at many clocks with one statement, as it stands: the rows that it would read at each clock are copied to one
 * common moment, under a subject of the clock's own. Everything is moved by whole quarter hours, to a day with the same holidays around
 * it, so that the rule can see no difference. {@link Clocks.check} holds the answers against those of single questions.
 */
export interface Clocks {
  /** Per clock (ms) what the rule says of its subjects, without the clock's mark. `whole`: also of subjects that cannot fire now. */
  ask(
    rule: AlertRule,
    source: Source,
    clocksMs: readonly number[],
    whole: boolean,
  ): Promise<Map<number, readonly Said[]>>;
}

/** Clocks of one statement. */
const atOnce = 2_000;
const weeks = [1, 2, 3, 4];

/** What a rule reads: minutes before the clock (all, and those without which no subject fires), and quarter hours of weeks before. */
interface Reads {
  readonly of: 'events' | 'requests';
  readonly minutes: number;
  readonly least: number;
  /** Length of the judged interval, in minutes, where quarter hours of the weeks before are read. */
  readonly judged?: number;
  readonly latency?: boolean;
  readonly holidays?: boolean;
}

const reads: Readonly<Record<string, Reads>> = {
  events_silence: { of: 'events', minutes: 10, least: 10, judged: 10, holidays: true },
  error_rate: { of: 'requests', minutes: 60, least: 5 },
  latency_p95: { of: 'requests', minutes: 5, least: 5, judged: 5, latency: true },
  throughput_drop: { of: 'requests', minutes: 10, least: 10, judged: 10, holidays: true },
};

/** Names of the rules that are asked this way. */
export const minuteRules: readonly string[] = Object.keys(reads);

const off = new Set(holidays.map(dayOf));
/** Which of the days that a rule looks at are holidays, seen from a day. */
const flags = (day: number): string => [0, ...weeks].map((w) => (off.has(day - 7 * w) ? '1' : '0')).join('');

export function manyClocks(db: Db, stage: Stage): Clocks {
  const { database } = stage.installation;
  return {
    async ask(rule, source, clocksMs, whole) {
      const said = new Map<number, readonly Said[]>();
      for (const { clocks, momentMs, offDays } of groups(rule, clocksMs))
        for (let i = 0; i < clocks.length; i += atOnce) {
          const some = clocks.slice(i, i + atOnce);
          await fill(rule, source, some, momentMs, offDays, whole);
          for (const [clock, rows] of byClock(await stage.ask(rule, momentMs), some)) said.set(clock, rows);
        }
      return said;
    },
  };

  async function fill(
    rule: AlertRule,
    source: Source,
    clocks: readonly number[],
    momentMs: number,
    offDays: readonly number[],
    whole: boolean,
  ): Promise<void> {
    const { of, minutes, least, judged, latency } = readsOf(rule);
    const tables =
      of === 'events'
        ? ['event_minute', 'event_quarter', 'expected_subjects']
        : ['request_minute', 'request_quarter', 'request_day'];
    for (const table of [...tables, 'holidays']) await db.command(`TRUNCATE TABLE ${database}.${table}`);
    await db.command(
      `CREATE OR REPLACE TABLE ${database}.bench_clocks (id UInt32, at DateTime('UTC')) ENGINE = Memory`,
    );
    await db.command(
      `INSERT INTO ${database}.bench_clocks VALUES ${clocks.map((c, i) => `(${i}, ${c / 1000})`).join(', ')}`,
    );
    if (offDays.length > 0)
      await db.insert(
        `${database}.holidays`,
        offDays.map((day) => ({ day: dayText(day), name: 'holiday' })),
      );
    const back = whole ? minutes : least;
    const minuteClocks = `(SELECT id, at, arrayJoin(arrayMap(j -> at - 60 * j, range(1, ${back + 1}))) AS src FROM ${database}.bench_clocks)`;
    const quarterClocks = `(SELECT id, at, src FROM (
      SELECT id, at, arrayJoin([${weeks.join(', ')}]) AS week, toStartOfFifteenMinutes(at - ${60 * (judged ?? 0)} - week * 604800) + arrayJoin([0, 900]) AS src FROM ${database}.bench_clocks
    ) WHERE src < at - week * 604800)`;
    const moved = `m + (toDateTime(${momentMs / 1000}, 'UTC') - at)`;
    if (of === 'events') {
      await db.command(
        `INSERT INTO ${database}.event_minute (m, event, n) SELECT ${moved}, toString(id), n FROM ${source.database}.event AS s INNER JOIN ${minuteClocks} AS c ON s.m = c.src`,
      );
      await db.command(`INSERT INTO ${database}.event_quarter (m, event, n)
        SELECT ${moved}, toString(id), n FROM (SELECT toStartOfFifteenMinutes(m) AS m, sum(n) AS n FROM ${source.database}.event WHERE toStartOfFifteenMinutes(m) IN (SELECT src FROM ${quarterClocks}) GROUP BY m) AS s
        INNER JOIN ${quarterClocks} AS c ON s.m = c.src`);
      await db.command(
        `INSERT INTO ${database}.expected_subjects (rule, subject) SELECT '${rule.name}', toString(id) FROM ${database}.bench_clocks`,
      );
      return;
    }
    const state = latency
      ? `arrayReduce('${sketch.replace('quantilesDD', 'quantilesDDState')}', ${durations})`
      : undefined;
    await db.command(`INSERT INTO ${database}.request_minute (m, service, release, endpoint, requests, errors${state ? ', latency' : ''})
      SELECT ${moved}, concat(service, '#', toString(id)), release, '/', requests, errors${state ? `, ${state}` : ''}
      FROM ${source.database}.request AS s INNER JOIN ${minuteClocks} AS c ON s.m = c.src`);
    if (judged === undefined) return;
    if (latency) await ensureQuarters(source, (sql) => db.command(sql), `SELECT src FROM ${quarterClocks}`);
    const quarters = latency
      ? `${source.database}.quarter`
      : `(SELECT toStartOfFifteenMinutes(m) AS m, service, sum(requests) AS requests FROM ${source.database}.request WHERE toStartOfFifteenMinutes(m) IN (SELECT src FROM ${quarterClocks}) GROUP BY m, service)`;
    await db.command(`INSERT INTO ${database}.request_quarter (m, service, release, endpoint, requests${latency ? ', latency' : ''})
      SELECT ${moved}, concat(service, '#', toString(id)), '', '/', requests${latency ? ', latency' : ''} FROM ${quarters} AS s INNER JOIN ${quarterClocks} AS c ON s.m = c.src`);
    await db.command(`INSERT INTO ${database}.request_day (d, service, release, endpoint, requests)
      SELECT toDate(toDateTime(${momentMs / 1000}, 'UTC')), concat(service, '#', toString(id)), '', '/', 1
      FROM (SELECT DISTINCT service FROM ${source.database}.request) AS s CROSS JOIN ${database}.bench_clocks AS c`);
  }
}

function readsOf(rule: AlertRule): Reads {
  const found = reads[rule.name];
  if (!found) throw new Error(`Rule ${rule.name} is not asked at many clocks.`);
  return found;
}

interface Group {
  readonly clocks: readonly number[];
  readonly momentMs: number;
  readonly offDays: readonly number[];
}

/** Clocks that can be moved to one moment: of the same minute in the quarter hour, with the same holidays around them. */
function groups(rule: AlertRule, clocksMs: readonly number[]): readonly Group[] {
  const { judged = 0, holidays: looks = false } = readsOf(rule);
  const found = new Map<string, { clocks: number[]; momentMs: number; offDays: number[] }>();
  for (const clock of clocksMs) {
    const ends = Math.floor(clock / dayMs);
    const begins = Math.floor((clock - judged * minuteMs) / dayMs);
    const isSplit = begins !== ends && looks && flags(begins) !== flags(ends);
    // Where the judged minutes lie in two days that are not alike, the clock goes to the same time of the day.
    const timeOfDay = isSplit ? clock % dayMs : 12 * hourMs + (clock % (15 * minuteMs));
    const key = looks ? [timeOfDay, flags(begins), flags(ends), isSplit].join(' ') : String(timeOfDay);
    const momentDay = dayOf('2025-06-11');
    const momentMs = momentDay * dayMs + timeOfDay;
    const group = found.get(key) ?? { clocks: [], momentMs, offDays: [] };
    if (looks && group.clocks.length === 0)
      for (const [day, of] of [
        [momentDay, ends],
        [isSplit ? momentDay - 1 : momentDay, begins],
      ] as const)
        for (const w of [0, ...weeks]) if (off.has(of - 7 * w)) group.offDays.push(day - 7 * w);
    group.clocks.push(clock);
    found.set(key, group);
  }
  return [...found.values()].map((group) => ({ ...group, offDays: [...new Set(group.offDays)] }));
}

/** Sorts what was said by the clocks' marks and takes these off. */
function byClock(rows: readonly Said[], clocks: readonly number[]): Map<number, Said[]> {
  const sorted = new Map<number, Said[]>(clocks.map((clock) => [clock, []]));
  for (const row of rows) {
    const mark = /#(\d+)/.exec(row.subject)?.[1] ?? (/^\d+$/.test(row.subject) ? row.subject : undefined);
    if (mark === undefined) continue;
    const subject = row.subject.includes('#') ? row.subject.replace(/#\d+/, '') : 'all events';
    sorted.get(clocks[Number(mark)] ?? NaN)?.push({ ...row, subject });
  }
  return sorted;
}

/** Fills a stage's tables with the true rows around a clock, for a single question. */
export async function fillAround(db: Db, stage: Stage, source: Source, clockMs: number): Promise<void> {
  const { database } = stage.installation;
  const near = (weeksBefore: number) => {
    const at = clockMs - weeksBefore * 7 * dayMs;
    return `m >= '${timeText(at - 2 * hourMs)}' AND m < '${timeText(at + hourMs)}'`;
  };
  const past = weeks.map((w) => `(${near(w)})`).join(' OR ');
  for (const table of ['event_minute', 'event_quarter', 'request_minute', 'request_quarter', 'request_day'])
    await db.command(`TRUNCATE TABLE ${database}.${table}`);
  await db.command(
    `INSERT INTO ${database}.event_minute (m, event, n) SELECT m, 'e', n FROM ${source.database}.event WHERE ${near(0)}`,
  );
  await db.command(
    `INSERT INTO ${database}.event_quarter (m, event, n) SELECT toStartOfFifteenMinutes(m) AS q, 'e', sum(n) FROM ${source.database}.event WHERE ${past} GROUP BY q`,
  );
  await db.command(`INSERT INTO ${database}.request_minute (m, service, release, endpoint, requests, errors, latency)
    SELECT m, service, release, '/', requests, errors, arrayReduce('${sketch.replace('quantilesDD', 'quantilesDDState')}', ${durations}) FROM ${source.database}.request WHERE ${near(0)}`);
  await db.command(`INSERT INTO ${database}.request_quarter (m, service, release, endpoint, requests, latency)
    SELECT toStartOfFifteenMinutes(m) AS q, service, release, '/', sum(requests), quantilesDDArrayState(0.01, 0.5, 0.95, 0.99)(${durations}) FROM ${source.database}.request WHERE ${past} GROUP BY q, service, release`);
  await db.command(`INSERT INTO ${database}.request_day (d, service, release, endpoint, requests)
    SELECT toDate(m) AS d, service, release, '/', sum(requests) FROM ${source.database}.request WHERE m >= '${timeText(clockMs - 8 * dayMs)}' AND m <= '${timeText(clockMs)}' GROUP BY d, service, release`);
}
