import { alertMessage, wholeRule } from '../alerts/message';
import { formatValue } from '../alerts/numbers';
import { literal } from '../core/sql/quote';
import type { TestEngine } from '../testing/engine';
import { startEngine } from '../testing/engine';
import { ruleUnits } from './rule';
import { spokenSql, summarySql } from './ruleText';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterAll(() => engine.stop());

/** Deterministic numbers in [0, 1). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Where the way of writing changes, halves, and what is none. */
const edges = [
  ...[0, 0.5, 0.25, 0.05, 0.0005, 0.000625, 0.00012345, 0.001, 1e-7, 1, 9.95, 9.949999, 10, 12.5, 99.5],
  ...[59.4, 59.5, 59.99, 60, 3599.4, 3599.5, 3600, 86_399.4, 86_399.5, 86_400, 90_061],
  ...[999.4, 999.5, 999.995, 1000, 1023.94, 1023.95, 1024, 1536, 1_048_576, 5_368_709_120, 1e15],
  ...[12_300, 12.555, 2.675, 1.005, 0.07, 123_456_789_012, -3.5, -75, -1500, -0.04, NaN, Infinity, -Infinity],
];

const numberSql = (x: number) => (Number.isNaN(x) ? "'nan'" : `'${String(x).replace('Infinity', 'inf')}'`);

test.each(ruleUnits)('numbers in %s read the same in SQL and in messages', async (unit) => {
  const next = random(20_260_401);
  const far = Array.from({ length: 600 }, () => (next() < 0.05 ? -1 : 1) * 10 ** (next() * 14 - 6));
  const near = Array.from(
    { length: 400 },
    () => Math.round(next() * 10 ** (next() * 6)) / 10 ** Math.floor(next() * 4),
  );
  const numbers = [...edges, ...far, ...near];
  const rows = await engine.db.query<{ text: string }>(
    `SELECT ${spokenSql(['x'], 'unit')}[1] AS text
     FROM (SELECT toFloat64(arrayJoin([${numbers.map(numberSql).join(', ')}])) AS x, ${literal(unit)} AS unit)`,
  );
  const wrong = numbers.map((x, i) => [x, rows[i]?.text, formatValue(x, unit)]).filter(([, sql, said]) => sql !== said);
  expect(wrong).toEqual([]);
});

test('sentences are those that are sent, whatever the subject is called', async () => {
  const summary = '{subject}: {value} of the requests failed, more than {threshold} may; {value}, {subject}. {other}';
  for (const subject of ['api 2.1', "O'Brien \\ {value}", '{threshold}', '', '$1 \\1']) {
    const facts = { subject, value: 0.1034, threshold: 0.02 };
    const texts = spokenSql(['0.1034', '0.02'], "'ratio'");
    const [row] = await engine.db.query<{ text: string }>(
      `SELECT ${summarySql(literal(summary), literal(subject), 'texts')} AS text FROM (SELECT ${texts} AS texts)`,
    );
    expect(row?.text).toBe(alertMessage({ summary, unit: 'ratio' }, facts));
  }
  expect(alertMessage({ summary, unit: 'ratio' }, { subject: '', value: 1, threshold: 1 })).toContain(wholeRule);
});
