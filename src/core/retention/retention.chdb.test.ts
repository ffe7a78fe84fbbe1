import { literal } from '../sql/quote';
import { Random } from '../../testing/law/random';
import { dayText } from '../../testing/law/calendar';
import { firstDay } from '../../testing/retention/calendar';
import type { RetentionTrial } from '../../testing/retention/cases';
import { eventKinds, randomTrial, weekStartChoices, zones } from '../../testing/retention/cases';
import type { RetentionCell, RetentionMean } from '../../testing/retention/oracle';
import { retentionCells, retentionMeans } from '../../testing/retention/oracle';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import type { RetentionInput, RetentionRelation } from '.';
import { firstDayOf, indexOf, picked, retentionCurve, retentionGrid, retentionRows } from '.';

/** Histories per combination of options; `TIDEMARK_HISTORIES=2000 npx jest src/core/retention` soaks. */
const histories = Number(process.env['TIDEMARK_HISTORIES'] ?? 80);
const random = new Random(Number(process.env['TIDEMARK_SEED'] ?? 1));

const widths = [
  { interval: 'day', windows: 'calendar' },
  { interval: 'week', windows: 'calendar' },
  { interval: 'month', windows: 'calendar' },
  { interval: 'day', windows: 'rolling' },
  { interval: 'week', windows: 'rolling' },
] as const;

let at = 0;
const trials: readonly RetentionTrial[] = (['first-time', 'recurring'] as const).flatMap((mode) =>
  widths.flatMap((width) =>
    eventKinds.flatMap((kind) =>
      [false, true].map((breakdown) => {
        const weekStart = weekStartChoices[Math.floor(at / zones.length) % 2]!;
        return randomTrial(random, { mode, ...width, kind, breakdown, zone: at++, weekStart, histories });
      }),
    ),
  ),
);

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
  const { db } = engine;
  await db.command('CREATE DATABASE tm');
  await db.command(
    "CREATE TABLE tm.steps (trial UInt16, history UInt32, user UInt32, account String, at DateTime64(3, 'UTC'), event String, plan String) ENGINE = MergeTree ORDER BY trial",
  );
  const rows = trials.flatMap((trial, t) =>
    trial.histories.flatMap((own, history) =>
      own.map(({ timeMs, ...row }) => ({
        trial: t,
        history,
        ...row,
        at: new Date(timeMs).toISOString().replace('T', ' ').replace('Z', ''),
      })),
    ),
  );
  await db.insert('tm.steps', rows);
}, 120_000);
afterAll(async () => engine.stop());

/** Rows of moments, or pairs of a day and a user, as the tables of an installation have them. */
function relationsOf({ world }: RetentionTrial, trial: number): { steps: RetentionRelation; pairs: RetentionRelation } {
  const day = `toDate(at, ${literal(world.zone)})`;
  const steps: RetentionRelation = {
    from: 'tm.steps',
    entity: 'user',
    day,
    at: 'at',
    event: 'event',
    dimensions: { plan: 'plan' },
    where: [`trial = ${trial}`],
  };
  const from = `(SELECT DISTINCT history, ${day} AS d, user FROM tm.steps WHERE trial = ${trial})`;
  return { steps, pairs: { from, entity: 'user', day: 'd', dimensions: {} } };
}

function inputOf(trial: RetentionTrial, at: number): RetentionInput {
  const { spec, world, from, to } = trial;
  const { steps, pairs } = relationsOf(trial, at);
  const own = spec.by === 'user' ? steps : { ...steps, entity: spec.by };
  // What user_day can tell, it tells.
  const days = spec.by === 'user' && spec.windows === 'calendar' ? pairs : own;
  const calendar = { interval: spec.interval, weekStart: world.weekStart };
  return {
    start: picked(spec.start || spec.breakdown !== undefined ? own : days, spec.start, spec.name),
    back: picked(spec.back ? own : days, spec.back, spec.name),
    weekStart: world.weekStart,
    cohorts: {
      first: indexOf(`toDate(${literal(from)})`, calendar),
      last: indexOf(`toDate(${literal(to)})`, calendar),
    },
    keys: ['history'],
  };
}

type Cell = RetentionCell & { readonly history: number };

/** Cells of the cohorts whose interval the range touches. */
function expectedOf({ spec, world, from, to, histories: all }: RetentionTrial): Cell[] {
  const first = dayText(firstDay(Date.parse(from) / 86_400_000, spec.interval, world.weekStart));
  return all.flatMap((rows, history) =>
    retentionCells(rows, spec, world).flatMap((cell) =>
      cell.cohort >= first && cell.cohort <= to ? [{ history, ...cell }] : [],
    ),
  );
}

const lines = (cells: readonly Cell[]): string[] =>
  cells.map((c) => [c.history, c.cohort, c.grp, c.k, c.size, c.on, c.after].join('|')).sort();

function gridOf(trial: RetentionTrial, at: number, byGroup: boolean): string {
  const { spec, world } = trial;
  return retentionGrid(spec, {
    rows: `(${retentionRows(spec, inputOf(trial, at))})`,
    weekStart: world.weekStart,
    timezone: world.zone,
    covered: `fromUnixTimestamp64Milli(toInt64(${world.coveredMs}))`,
    byGroup,
    keys: ['history'],
  });
}

const told = { cells: 0, returned: 0, later: 0, open: 0 };

test.each((['first-time', 'recurring'] as const).flatMap((mode) => widths.map((width) => ({ mode, ...width }))))(
  '$mode retention by $windows $interval, of any events, told apart or not: every cell is what looking at every user gives',
  async (wanted) => {
    for (const [at, trial] of trials.entries()) {
      const { mode, interval, windows } = trial.spec;
      if (mode === wanted.mode && interval === wanted.interval && windows === wanted.windows)
        await checkTrial(trial, at);
    }
  },
  60_000,
);

async function checkTrial(trial: RetentionTrial, at: number): Promise<void> {
  const sql = `SELECT history, toString(cohort) AS cohort, grp, k, toUInt32(size) AS size, toUInt32(users_on) AS on, toUInt32(users_after) AS after FROM (${gridOf(trial, at, true)})`;
  const found = lines(await engine.db.query<Cell>(sql));
  const expected = expectedOf(trial);
  const [actual, wanted] = [new Set(found), new Set(lines(expected))];
  const wrong = [
    ...found.flatMap((line) => (wanted.has(line) ? [] : [`is ${line}`])),
    ...[...wanted].flatMap((line) => (actual.has(line) ? [] : [`expected ${line}`])),
  ];
  if (wrong.length > 0)
    throw new Error(`${JSON.stringify({ ...trial, histories: [] })}\n${wrong.sort().slice(0, 8).join('\n')}\n${sql}`);
  expect(found).toHaveLength(wanted.size);
  await checkMeans(trial, at, expected);
  told.cells += expected.length;
  told.returned += expected.filter((c) => c.k > 0 && (c.on ?? 0) > 0).length;
  told.later += expected.filter((c) => (c.after ?? 0) > (c.on ?? 0)).length;
  told.open += expected.filter((c) => c.on === null).length;
}

/** Mean curves over all values of the breakdown: of the complete cells, of all users and of all cohorts. */
async function checkMeans(trial: RetentionTrial, at: number, cells: readonly Cell[]): Promise<void> {
  const whole = new Map<string, Cell>();
  for (const cell of cells) {
    const key = `${cell.history} ${cell.cohort} ${cell.k}`;
    const { size = 0, on = 0, after = 0 } = whole.get(key) ?? {};
    const sum = (a: number | null, b: number | null) => (a === null || b === null ? null : a + b);
    whole.set(key, { ...cell, grp: '', size: size + cell.size, on: sum(on, cell.on), after: sum(after, cell.after) });
  }
  const rows = await engine.db.query<RetentionMean>(
    `SELECT k, toUInt32(cohorts) AS cohorts, toUInt32(users) AS users, on_weighted AS onWeighted, on_simple AS onSimple,
      after_weighted AS afterWeighted, after_simple AS afterSimple FROM (${retentionCurve(gridOf(trial, at, false))}) ORDER BY k`,
  );
  const expected = retentionMeans([...whole.values()]);
  expect(rows.map(rounded)).toEqual(expected.map(rounded));
}

const rounded = (mean: RetentionMean) =>
  Object.fromEntries(Object.entries(mean).map(([name, value]) => [name, Number(Number(value).toFixed(9))]));

// So that agreement says something.
test('the histories have returns, returns that only a later interval has, and cells that are not over', () => {
  expect(told.cells).toBeGreaterThan(100 * histories);
  for (const count of [told.returned, told.later, told.open]) expect(count).toBeGreaterThan(told.cells / 50);
});

test.each(
  weekStartChoices.flatMap((weekStart) =>
    (['day', 'week', 'month'] as const).map((interval) => ({ weekStart, interval })),
  ),
)('every day of 1970 to 2149 lies in the $interval (weeks from $weekStart) that its number means', async (calendar) => {
  const index = indexOf('d', calendar);
  const [row] = await engine.db.query<{ days: number; wrong: number; numbers: number; ahead: number }>(
    `SELECT toUInt32(count()) AS days, toUInt32(countIf(first != ${{ day: 'd', week: calendar.weekStart === 'monday' ? 'greatest(toMonday(d), toDate(0))' : 'greatest(toStartOfWeek(d, 0), toDate(0))', month: 'toStartOfMonth(d)' }[calendar.interval]})) AS wrong,
        toUInt32(uniqExact(i)) AS numbers, toUInt32(countIf(${indexOf('first', calendar)} != i)) AS ahead
       FROM (SELECT toDate(number) AS d, ${index} AS i, ${firstDayOf('i', calendar)} AS first FROM numbers(10, 65500))`,
  );
  expect(row).toMatchObject({ days: 65500, wrong: 0, ahead: 0 });
  expect(row?.numbers).toBe({ day: 65500, week: 9358, month: 2153 }[calendar.interval]);
});
