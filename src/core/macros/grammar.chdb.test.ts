import { Random } from '../../testing/law/random';
import { expandMacros } from './expand';
import { fillHeads, fillPlaces } from '../../testing/sql/fill';
import { literal } from '../sql/quote';
import { macros } from './table';
import { markedStatements, unmarked } from '../../testing/sql/statements';
import { startEngine } from '../../testing/engine';
import { tokenize } from '../sql/lexer';
import type { MacroContext } from './macro';
import type { Pair } from '../../testing/sql/fill';
import type { TestEngine } from '../../testing/engine';

/** Random statements for each test; `npm run test:soak` asks for more. */
const statements = Number(process.env['TIDEMARK_GRAMMAR'] ?? 5000);
const seed = Number(process.env['TIDEMARK_SEED'] ?? 11);

jest.setTimeout(120_000 + statements * 20);

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(() => engine.stop());

const context: MacroContext = { fromMs: 60_000, toMs: 660_000, intervalMs: 60_000, timezone: 'UTC' };

/** The statements that ClickHouse's parser refuses. */
async function refused(list: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  let chunk: string[] = [];
  const ask = async () => {
    const sql = `SELECT arrayMap(q -> isNull(formatQueryOrNull(q)), ${literal(chunk)}) AS bad`;
    const [row] = await engine.db.query<{ bad: number[] }>(sql);
    found.push(...chunk.filter((_, i) => row!.bad[i]));
    chunk = [];
  };
  for (const sql of list) {
    chunk.push(sql);
    // A statement may have 256 KB, quotes escaped.
    if (chunk.reduce((sum, text) => sum + text.length, 0) > 60_000) await ask();
  }
  if (chunk.length > 0) await ask();
  return found;
}

const marked = markedStatements(seed, statements);
/** With macros in them statements grow, and the engine reads each. */
const fewer = marked.slice(0, Math.ceil(statements * 0.3));

test('a statement without macros is unchanged, letter by letter', async () => {
  const plain = marked.map(unmarked);
  expect(await refused(plain)).toEqual([]);
  expect(plain.filter((sql) => expandMacros(sql, context).sql !== sql)).toEqual([]);
  expect(plain.filter((sql) => sql.includes('$__')).length).toBeGreaterThan(statements / 4);
});

/** Calls and what becomes of them, written by hand; the argument has brackets of its own. */
const calls: readonly ((inside: Pair, gap: string) => Pair)[] = [
  () => ({ given: '$__fromTime', expected: 'toDateTime(60)' }),
  () => ({ given: '$__toTime_ms', expected: 'fromUnixTimestamp64Milli(660000)' }),
  () => ({ given: '$__interval_s', expected: '60' }),
  ({ given, expected }, gap) => ({
    given: `$__timeFilter${gap}(${gap}(${given})${gap})`,
    expected: `((${expected}) >= toDateTime(60) AND (${expected}) <= toDateTime(660))`,
  }),
  ({ given, expected }, gap) => ({
    given: `$__timeGroup(${given}${gap},${gap}'5m'${gap})`,
    expected: `toStartOfInterval(toDateTime(${expected}, 'UTC'), INTERVAL 5 MINUTE, 'UTC')`,
  }),
  ({ given, expected }, gap) => ({
    given: `$__timeInterval(${gap}${given})`,
    expected: `toStartOfInterval(toDateTime(${expected}, 'UTC'), INTERVAL 1 MINUTE, 'UTC')`,
  }),
  ({ given, expected }, gap) => ({
    given: `$__dt(${gap}(${given}),(${given}))`,
    expected: `(((${expected}) >= toDate('1969-12-31') AND (${expected}) <= toDate('1970-01-01')) AND ((${expected}) >= toDateTime(60) AND (${expected}) <= toDateTime(660)))`,
  }),
];
const gaps = ['', ' ', '\n', ' /* ) $__toTime ( */ ', " -- it's )\n"];

test('macros at any place of an expression become what they stand for, and nothing else changes', async () => {
  const random = new Random(seed + 1);
  const pairs = fewer.map((text) =>
    fillPlaces(text, (inside) =>
      random.chance(0.3) && inside.given.length < 1500 ? random.pick(calls)(inside, random.pick(gaps)) : inside,
    ),
  );
  expect(pairs.filter(({ given, expected }) => given !== expected).length).toBeGreaterThan(fewer.length / 2);
  const wrong = pairs
    .map(({ given, expected }) => ({ given, expected, ours: expandMacros(given, context).sql }))
    .filter(({ expected, ours }) => ours !== expected);
  expect(wrong).toEqual([]);
  expect(await refused(pairs.map(({ expected }) => expected))).toEqual([]);
});

const names = macros.filter(({ kind }) => kind === 'statement').map(({ name }) => name);

/** A call without strings or comments in it, so that those of the query can be counted. */
function callOf(name: string): string {
  if (name === '$__lttb') return '$__lttb(9, ts, v)';
  if (name === '$__lttbColumns') return '$__lttbColumns(9, ts, k, v AS value)';
  if (name.endsWith('Aggregated')) return `${name}(ts, k, h, sum, v)`;
  return /olumns$/.test(name) ? `${name}(ts, k AS made, v)` : `${name}(ts, v)`;
}

/** What of a text has to be kept and is never added, but for the zone's name. */
const kept = (sql: string) =>
  tokenize(sql)
    .filter(({ kind, text }) => ['string', 'heredoc', 'comment', 'parameter'].includes(kind) && text !== "'UTC'")
    .map(({ text }) => text);

test('statement macros in any SELECT make a statement of it, and lose and copy nothing', async () => {
  const random = new Random(seed + 2);
  let calls = 0;
  const given = fewer.map((text) =>
    fillHeads(text, () => (random.chance(0.6) && ++calls > 0 ? callOf(random.pick(names)) : undefined)),
  );
  expect(calls).toBeGreaterThan(fewer.length / 2);
  const expanded = given.map((sql) => expandMacros(sql, context).sql);
  const lost = given
    .map((sql, i) => ({ sql, ours: expanded[i]!, before: kept(sql), after: kept(expanded[i]!) }))
    .filter(({ before, after }) => before.join('\u0001') !== after.join('\u0001'));
  expect(lost.slice(0, 3)).toEqual([]);
  expect(expanded.filter((sql) => tokenize(sql).some(({ kind }) => kind === 'macro'))).toEqual([]);
  expect((await refused(expanded)).slice(0, 3)).toEqual([]);
});
