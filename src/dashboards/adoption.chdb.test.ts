import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

import { dayIn } from '../core/time/zone';
import { applyMigration, inspect, planMigration, refreshOnce } from '../schema';
import { testConfig } from '../testing/config';
import { ask, askPanel } from '../testing/dashboardQueries';
import type { ResultRow } from '../testing/dashboardQueries';
import { startEngine } from '../testing/engine';
import type { TestEngine } from '../testing/engine';
import { dayNumber, dayText } from '../testing/law/calendar';
import type { Version } from '../testing/law/history';
import { Random } from '../testing/law/random';
import { adoption, featureBreadth, featureUses } from '../testing/product/adoption';
import { lifecycle, lifecycleColumns } from '../testing/product/lifecycle';
import { firstOf } from '../testing/product/spans';
import { renderDashboards } from './dashboards';
import { settingsOf } from './settings';

/** A day ahead of UTC for a quarter of the day, and weeks that begin on Sunday. */
const timezone = 'Asia/Kolkata';
const week = { span: 'week', weekStart: 'sunday' } as const;
const dayMs = 86_400_000;
const features = ['share', 'export', 'never used'];
const random = new Random(11);

let engine: TestEngine;
let pages: ReadonlyMap<string, Dashboard>;
let nowMs: number;
let rows: readonly Version[];

const reading = (grain = 'day', feature = 'share', rangeMs = 60 * dayMs) => ({
  fromMs: nowMs - rangeMs,
  toMs: nowMs,
  timezone,
  variables: { grain: { value: grain }, feature: { value: feature }, event: { value: ['view'], multi: true } },
});
const on = (uid: string, title: string, range = reading()) => askPanel(engine.db, pages.get(uid)!, title, range);
const users = (title: string, range = reading()) => on('tidemark-active-users', title, range);
const adopted = (title: string, range = reading()) => on('tidemark-feature-adoption', title, range);
const today = () => dayNumber(nowMs, timezone);
const lastWeek = () => dayText(firstOf(firstOf(today(), week) - 1, week));
const pairs = (found: readonly ResultRow[], ...columns: string[]) =>
  found.map((row) => columns.map((c) => (row[c] == null ? null : isNaN(Number(row[c])) ? row[c] : Number(row[c]))));

/** Forty users over seventy days; a third of them come once, half of the days have no use of a feature. */
function someRows(): readonly Version[] {
  let id = 0;
  return Array.from({ length: 40 }, (_, u) => u).flatMap((u) => {
    const from = random.below(70);
    return Array.from({ length: u % 3 === 0 ? 1 : 1 + random.below(25) }, (): Version => {
      const timeMs = nowMs - Math.floor(random.next() * (from + 1) * dayMs) - 1000;
      const name = random.pick(['view', 'view', 'share', 'share', 'export']);
      return { id: ++id, version: 1, deleted: false, timeMs, user: `u${u}`, name, amount: 0, refund: 0, stampMs: 0 };
    });
  });
}

beforeAll(async () => {
  engine = await startEngine();
  const { db, url } = engine;
  nowMs = Date.parse(`${dayIn(Date.now(), timezone)}T12:00:00+05:30`);
  rows = someRows();
  await db.command('CREATE DATABASE shop');
  await db.command(
    `CREATE TABLE shop.events (id UInt64, at DateTime64(3, 'UTC'), name LowCardinality(String), who String, ingested_at DateTime64(3) DEFAULT now64(3)) ENGINE = MergeTree ORDER BY (name, at, who, id)`,
  );
  await db.insert(
    'shop.events',
    rows.map(({ id, timeMs, name, user }) => ({
      id,
      at: new Date(timeMs).toISOString().replace('T', ' ').replace('Z', ''),
      name,
      who: user,
    })),
  );
  const columns = { id: 'id', time: 'at', event: 'name', user: 'who', ingestedAt: 'ingested_at' };
  const config = testConfig({
    url,
    database: 'tm_shop',
    reporting: { timezone, weekStart: 'sunday' },
    roles: { events: { table: 'shop.events', sourceClass: 'append', columns, features } },
  });
  const installation = await inspect(config, db);
  const plan = (await planMigration(installation, db, 'test')).filter((action) => action.kind !== 'refresh');
  await applyMigration(installation, db, plan, 'test');
  await refreshOnce(installation, db, { hi: 'now64(3) + INTERVAL 1 SECOND' });
  pages = new Map(renderDashboards(settingsOf(config)).map((d) => [d.uid ?? '', d]));
}, 120_000);
afterAll(() => engine?.stop());

const world = () => ({ rows, features, zone: timezone, calendar: week });

test.each(['day', 'week', 'month'] as const)(
  'the lifecycle per %s is that of the oracle, without what is not over',
  async (grain) => {
    const activity = rows.map((r) => ({ user: r.user, day: dayNumber(r.timeMs, timezone) }));
    const found = await users('Who came', reading(grain));
    if (grain === 'day') {
      const yesterday = new Set(activity.filter((a) => a.day === today() - 1).map((a) => a.user));
      const parts = ['Returning', 'Resurrected', 'New'].map((c) => Number(found.at(-1)?.[c]));
      return expect(parts.reduce((a, b) => a + b)).toBe(yesterday.size);
    }
    const calendar = { span: grain, weekStart: 'sunday' } as const;
    const open = firstOf(today(), calendar);
    const sums = new Map<string, number[]>();
    for (const [place, values] of lifecycle(activity, calendar)) {
      const first = place.slice(0, 10);
      const sum = sums.get(first) ?? lifecycleColumns.map(() => 0);
      sums.set(
        first,
        sum.map((n, i) => n + (values[i] ?? 0)),
      );
    }
    const from = firstOf(today() - 60, calendar);
    const expected = [...sums]
      .filter(([first]) => first >= dayText(from) && first < dayText(open))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([first, [, fresh = 0, returning = 0, again = 0, gone = 0]]) => [first, returning, again, fresh, 0 - gone]);
    expect(expected.length).toBeGreaterThan(grain === 'week' ? 7 : 0);
    const told = found.map((row) => [
      String(row['time']).slice(0, 10),
      ...['Returning', 'Resurrected', 'New', 'Dormant'].map((c) => Number(row[c])),
    ]);
    expect(told).toEqual(expected);
    const bars = await users('Active days', reading(grain));
    const last = expected.at(-1) ?? [];
    expect(bars.reduce((sum, row) => sum + Number(row['Users']), 0)).toBe(
      Number(last[1]) + Number(last[2]) + Number(last[3]),
    );
  },
);

test('a day stands beside the median of the same weekday in the four weeks before', async () => {
  const active = (day: number) =>
    new Set(rows.filter((r) => dayNumber(r.timeMs, timezone) === day).map((r) => r.user)).size;
  const found = await users('Active users per day', reading('day', 'share', 20 * dayMs));
  const last = found.at(-2);
  const four = [7, 14, 21, 28].map((back) => active(today() - 1 - back)).sort((a, b) => a - b);
  const median = ((four[1] ?? 0) + (four[2] ?? 0)) / 2;
  expect(pairs([last ?? {}], 'Active users', 'Same weekday, median', 'Watch below')[0]).toEqual([
    active(today() - 1),
    median,
    expect.closeTo(0.8 * median),
  ]);
});

test('weekdays show the share of the busiest day, days to come are blank', async () => {
  const found = await users('When people come');
  const cells = found.flatMap((row) =>
    ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'].map((name) => row[name] ?? null),
  );
  expect(Math.max(...cells.map(Number))).toBe(1);
  expect(found.map((row) => row['Week of'])).toEqual(found.map((_, i) => dayText(firstOf(today() - 1, week) - 7 * i)));
  const newest = cells.slice(0, 7).filter((cell) => cell !== null);
  expect(newest.length).toBe(((today() - 1 - firstOf(today() - 1, week)) % 7) + 1);
});

test('features by users, uses per user and breadth are those of the last whole week', async () => {
  const uses = [...featureUses(world())].filter(([k]) => k.startsWith(lastWeek()));
  const byFeature = new Map<string, number[]>();
  for (const [place, [n = 0, sum = 0]] of uses) {
    const event = place.split('|')[1] ?? '';
    const [users = 0, total = 0] = byFeature.get(event) ?? [];
    byFeature.set(event, [users + n, total + sum]);
  }
  expect(byFeature.size).toBe(2);
  const expected = [...byFeature].sort(([a, [x = 0]], [b, [y = 0]]) => y - x || (a < b ? -1 : 1));
  const ranked = await adopted('Features by users');
  expect(pairs(ranked, 'Feature', 'Users')).toEqual(expected.map(([event, [n]]) => [event, n]));
  const table = await adopted('How often');
  expect(pairs(table, 'Feature', 'Users', 'Uses', 'Mean')).toEqual(
    expected.map(([event, [n = 0, sum = 0]]) => [event, n, sum, expect.closeTo(sum / n)]),
  );
  const breadth = [...featureBreadth(world())].filter(([k]) => k.startsWith(lastWeek()));
  const bars = pairs(await adopted('Breadth'), 'Features', 'Users');
  expect(bars.filter(([n]) => n !== 0)).toEqual(breadth.map(([k, [n]]) => [Number(k.split('|')[1]), n]).sort());
  const active = new Set(
    rows.filter((r) => dayText(firstOf(dayNumber(r.timeMs, timezone), week)) === lastWeek()).map((r) => r.user),
  ).size;
  expect(bars.reduce((sum, [, n]) => sum + Number(n), 0)).toBe(active);
  const [stat] = await adopted('Users of any feature');
  const any = breadth.reduce((sum, [, [n = 0]]) => sum + n, 0);
  expect(pairs([stat ?? {}], 'Users', 'of active users')).toEqual([[any, expect.closeTo(any / active)]]);
});

test('the grid tells the share of a cohort that had used the feature by the end of each week, open weeks are blank', async () => {
  const grid = await adopted('Adoption by cohort week');
  const firsts = [...adoption(world(), 'cohort')].map(([k, [n = 0]]) => [...k.split('|'), n] as const);
  const cohorts = new Map<string, Set<string>>();
  for (const user of new Set(rows.map((r) => r.user))) {
    const first = Math.min(...rows.filter((r) => r.user === user).map((r) => dayNumber(r.timeMs, timezone)));
    const cohort = dayText(firstOf(first, week));
    cohorts.set(cohort, (cohorts.get(cohort) ?? new Set()).add(user));
  }
  const open = firstOf(today(), week);
  const dayOf = (text: string) => Date.parse(text) / dayMs;
  const by = (cohort: string, k: number) =>
    firsts
      .filter(([d, event, c]) => event === 'share' && c === cohort && dayOf(String(d)) <= dayOf(cohort) + 7 * k)
      .reduce((sum, [, , , n]) => sum + Number(n), 0);
  const weeks = Array.from({ length: 13 }, (_, k) => k);
  const isOver = (cohort: string, k: number) => dayOf(cohort) + 7 * (k + 1) <= open;
  const expected = [...cohorts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([cohort, { size }]) => [
      dayOf(cohort) === open ? `${cohort} so far` : cohort,
      size,
      ...weeks.map((k) => (isOver(cohort, k) ? expect.closeTo(by(cohort, k) / size) : null)),
    ]);
  expect(pairs(grid, 'First week', 'Users', ...weeks.map((k) => `W${k}`))).toEqual(expected);
  const curve = await adopted('Adoption curve');
  const mean = (k: number) => {
    const old = [...cohorts].filter(([cohort]) => isOver(cohort, k));
    return old.reduce((sum, [c]) => sum + by(c, k), 0) / old.reduce((sum, [, { size }]) => sum + size, 0);
  };
  const told = weeks.filter((k) => [...cohorts.keys()].some((c) => isOver(c, k)));
  expect(pairs(curve, 'Weeks after the first', 'Adopted')).toEqual(told.map((k) => [k, expect.closeTo(mean(k))]));
});

test('lags of first uses, and the features to choose from', async () => {
  const from = dayText(firstOf(today() - 60, week));
  const lags = new Map<number, number>();
  for (const [k, [n = 0]] of adoption(world(), 'lag')) {
    const [d = '', event, lag] = k.split('|');
    if (event === 'export' && d >= from) lags.set(Number(lag), (lags.get(Number(lag)) ?? 0) + n);
  }
  const found = await adopted('First use after', reading('day', 'export'));
  expect(pairs(found, 'Days', 'Users')).toEqual([...lags].sort(([a], [b]) => a - b));
  const variable = pages.get('tidemark-feature-adoption')?.templating?.list?.find((v) => v.name === 'feature');
  const choices = (await ask(engine.db, String(variable?.definition), reading())).map((r) => r['event']);
  expect(choices.sort()).toEqual(['export', 'share']);
  for (const title of ['Adoption by cohort week', 'Adoption curve', 'First use after']) {
    const none = await adopted(title, reading('day', `x' OR 1 = 1 --\\`));
    expect([title, JSON.stringify(none).includes('share')]).toEqual([title, false]);
  }
});

test('events per minute: minute by minute with their mean over five, per quarter hour beyond six hours', async () => {
  // Noon may be yet to come, and no minute is told before it is over.
  const endMs = Math.floor(Math.min(Date.now(), nowMs) / 60_000) * 60_000 - 60_000;
  const fromMs = endMs - 6 * 3_600_000;
  // Grafana's ranges hold their last instant: a range up to the full minute would show the minute that begins there.
  const minutes = await adopted('Events per minute', { ...reading(), fromMs, toMs: endMs - 1 });
  const count = rows.filter((r) => r.timeMs >= fromMs && r.timeMs < endMs).length;
  expect(minutes.reduce((sum, row) => sum + Number(row['Per minute']), 0)).toBe(count);
  expect(minutes.length).toBeGreaterThanOrEqual(359);
  const busy = minutes.findIndex((row) => Number(row['Per minute']) > 0);
  if (busy >= 4) {
    const five = minutes.slice(busy - 4, busy + 1).reduce((sum, row) => sum + Number(row['Per minute']), 0);
    expect(Number(minutes[busy]?.['Mean of 5 minutes'])).toBeCloseTo(five / 5);
  }
  const quarters = await adopted('Events per minute', reading('day', 'share', 2 * dayMs));
  expect(quarters.every((row) => row['Mean of 5 minutes'] === null)).toBe(true);
  const sum = quarters.reduce((all, row) => all + Number(row['Per minute']) * 15, 0);
  expect(sum).toBeGreaterThan(0);
});
