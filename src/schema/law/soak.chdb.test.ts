import { subject } from '../../testing/law/cases';
import { configOf } from '../../testing/law/installed';
import { Load } from '../../testing/law/load';
import { Random } from '../../testing/law/random';
import { pause, settled } from '../../testing/law/settled';
import { subjectTable } from '../../testing/law/tables';
import { told } from '../../testing/law/tests';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import { applyMigration, planMigration } from '../ddl/migrate';
import { inspect } from '../inspect';
import { refreshSteps } from '../refresh/steps';
import { verify } from '../refresh/verify';

/** `TIDEMARK_SOAK_MINUTES=30 npx jest src/schema/law/soak --selectProjects engine`. */
const minutes = Number(process.env['TIDEMARK_SOAK_MINUTES'] ?? 0.2);
const seed = Number(process.env['TIDEMARK_SEED'] ?? 1);
const rows = Number(process.env['TIDEMARK_SOAK_ROWS'] ?? 100);

// A stream rich in copies, and sources as Postgres sends them: rows change their time, user and state, and are deleted by key.
const subjects = [
  subject('events', 'append', 'replacing'),
  subject('requests', 'append', 'plain'),
  subject('orders', 'moving', 'replacing'),
  subject('subscriptions', 'moving', 'plain'),
];

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(async () => engine.stop());

/** Days of the past that no row comes to while the load runs: even numbers, and not of these days. */
const closed = (day: string): boolean =>
  (Date.parse(day) / 86_400_000) % 2 === 0 && Date.parse(day) < Date.now() - 3 * 86_400_000;

/** Refunds fall on any day, and a day of another zone has hours of two. */
const hasClosedDays = ({ rollup }: { readonly rollup: string }): boolean => !/^refund_|__/.test(rollup);

test(
  'running views under load keep closed days exact at any moment, and are exact in the end',
  async () => {
    const { db } = engine;
    await db.command('CREATE DATABASE soak');
    for (const s of subjects) await db.command(subjectTable(s, 'soak'));
    const load = new Load({ seed, days: 40, late: 0.3, oddDays: true });
    // What the closed days hold: rows that the load never touches.
    for (const [id, event] of ['signup', 'view'].entries()) {
      await db.command(`INSERT INTO soak.events (id, at, event_name, user_id, props, _version)
        SELECT ${id + 1}000000000 + number, toDateTime64(toDate(intDiv(toInt32(today()), 2) * 2 - 4 - 2 * (number % 20)), 3, 'UTC') + toIntervalHour(12), '${event}', concat('c', toString(number % 7)), map('plan', 'pro'), 1 FROM numbers(200)`);
    }
    await db.command(`INSERT INTO soak.orders (id, at, customer_id, currency, amount, _version)
      SELECT 1000000000 + number, toDateTime64(toDate(intDiv(toInt32(today()), 2) * 2 - 4 - 2 * (number % 20)), 3, 'UTC') + toIntervalHour(12), concat('c', toString(number % 7)), 'EUR', 5, 1 FROM numbers(400)`);
    const refresh = { everySeconds: 5, delaySeconds: 3, overlapSeconds: 10 };
    const config = configOf('soak', subjects, { timezone: 'Europe/Berlin', zones: ['Asia/Kathmandu'], refresh });
    const installation = await inspect(config, db);
    await applyMigration(installation, db, await planMigration(installation, db, 'test'), 'test');

    const finished = refreshSteps(installation).flatMap((s) => (s.of.kind === 'finished' ? [s.name] : []));

    const random = new Random(seed);
    const until = Date.now() + minutes * 60_000;
    const looks = Math.max(2, Math.floor(minutes));
    // The first filling is not a closed day's: looks begin after a quarter of the time.
    const moments = Array.from(
      { length: looks },
      () => Date.now() + (0.25 + 0.75 * random.next()) * minutes * 60_000,
    ).sort();
    let delivered = 0;
    let seen = 0;
    while (Date.now() < until) {
      for (const s of subjects) {
        await load.deliver(db, 'soak', s, rows);
        delivered += rows;
      }
      if (random.chance(0.02)) await db.command(`OPTIMIZE TABLE soak.${random.pick(subjects).role} FINAL`);
      if ((moments[seen] ?? Infinity) < Date.now() && (await filled(finished))) {
        const found = await verify(installation, db, (days) => days.filter(closed));
        const looked = found.filter(hasClosedDays);
        const wrong = looked.flatMap((f) => f.wrong.map(({ day, rows: n }) => `${f.rollup} ${day}: ${n}`));
        expect(wrong).toEqual([]);
        expect(looked.reduce((sum, f) => sum + f.days, 0)).toBeGreaterThan(50);
        seen += 1;
      }
      await pause(1000);
    }
    const found = await settled(installation, db, 'soak', subjects, {
      withinMs: 420_000 + minutes * 10_000,
      // These are made once a minute, or in five.
      without: minutes < 1 ? finished : [],
    });
    told(`Soak of ${minutes} minutes, ${delivered} rows delivered, closed days verified ${seen} times`, found);
    expect(found).toMatchObject({ wrong: 0, sample: [] });
    const drift = await db.query<{ d: string; rollup: string }>(
      'SELECT toString(d) AS d, rollup FROM soak_tidemark.drift WHERE rows > 0',
    );
    expect(drift.filter((row) => closed(row.d) && hasClosedDays(row))).toEqual([]);
    const failing = await db.query("SELECT rollup, exception FROM soak_tidemark.rollup_status WHERE exception != ''");
    expect(failing).toEqual([]);
    if (minutes >= 2) expect(seen).toBeGreaterThan(0);
  },
  600_000 + minutes * 90_000,
);

/**
 * Whether every table of places had its first filling: none of the closed days waits in the queue, and the batch that recounted the
 * last of them has been followed by another, which begins only after it.
 */
async function filled(finished: readonly string[]): Promise<boolean> {
  const others = finished.map((name) => `'${name}'`).join(', ');
  const closedDay = '(toRelativeDayNum(d) % 2 = 0 AND d < today() - 3)';
  const [row] = await engine.db.query<{ filling: number; waiting: number; roles: number }>(
    `SELECT
      (SELECT toUInt32(countIf(verdict = 'filling')) FROM soak_tidemark.rollup_status WHERE rollup NOT IN (${others})) AS filling,
      (SELECT toUInt32(countIf(queued >= taken)) FROM
        (SELECT role, d, max(at) AS queued FROM soak_tidemark.late WHERE sealed = 0 AND ${closedDay} GROUP BY role, d) AS q
        LEFT JOIN (SELECT role, d, max(at) AS taken FROM soak_tidemark.recounts GROUP BY role, d) AS t USING (role, d)) AS waiting,
      (SELECT toUInt32(count()) FROM (
        SELECT role FROM soak_tidemark.recounts GROUP BY role HAVING countIf(${closedDay}) > 0 AND max(at) > maxIf(at, ${closedDay} AND why = 'late'))) AS roles`,
  );
  return row?.filling === 0 && row.waiting === 0 && row.roles >= 2;
}
