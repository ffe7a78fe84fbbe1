import { TidemarkError } from '../errors';
import type { TestEngine } from '../../testing/engine';
import { startEngine } from '../../testing/engine';
import type { FunnelCase, FunnelFamily } from '../../testing/funnel/cases';
import { funnelFamilies, randomFunnelCase } from '../../testing/funnel/cases';
import type { FunnelEntry } from '../../testing/funnel/oracle';
import { bestEntry, oracleEntries } from '../../testing/funnel/oracle';
import { dayText } from '../../testing/law/calendar';
import { Random } from '../../testing/law/random';
import { literal } from '../sql/quote';
import { checkFunnel } from './check';
import { entriesSql } from './entries';
import { funnelDimensions } from './picks';

/** Funnels per family; each is counted over {@link histories} entities. `TIDEMARK_FUNNELS=500` soaks. */
const funnels = Number(process.env['TIDEMARK_FUNNELS'] ?? 13);
const histories = 80;
const seed = Number(process.env['TIDEMARK_SEED'] ?? 1);

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
  await engine.db.command(
    "CREATE TABLE rows (family String, funnel UInt32, entity String, event LowCardinality(String), at DateTime64(3, 'UTC'), plan String, country LowCardinality(String)) ENGINE = MergeTree ORDER BY (family, funnel)",
  );
}, 60_000);
afterAll(async () => engine.stop());

describe.each(funnelFamilies)('%s', (family) => {
  test(
    'the entries of every random funnel are those that trying every way finds',
    async () => {
      const random = new Random(seed * 7919 + funnelFamilies.indexOf(family));
      const cases = Array.from({ length: funnels }, () => legalCase(random, family));
      await insert(family, cases);
      let reachedLater = 0;
      for (const [n, one] of cases.entries()) {
        const expected = [...one.histories].flatMap(([entity, rows]) =>
          oracleEntries(one.funnel, rows, one.range).map((e) => lineOf(entity, e)),
        );
        const sql = statement(family, n, one, 'day');
        expect({ funnel: one.funnel, sql, lines: await linesOf(sql) }).toEqual({
          funnel: one.funnel,
          sql,
          lines: expected.sort(),
        });
        reachedLater += expected.filter((line) => !/ r1 /.test(line)).length;
      }
      // So that agreement says something.
      expect(reachedLater).toBeGreaterThan((funnels * histories) / 20);
    },
    60_000 + funnels * 1000,
  );

  test(
    'counted once altogether, an entity has its best day',
    async () => {
      const random = new Random(seed * 104_729 + funnelFamilies.indexOf(family));
      const cases = Array.from({ length: Math.ceil(funnels / 4) }, () => legalCase(random, family));
      await insert(`${family} users`, cases);
      for (const [n, one] of cases.entries()) {
        const expected = [...one.histories].flatMap(([entity, rows]) => {
          const best = bestEntry(oracleEntries(one.funnel, rows, one.range));
          return best ? [lineOf(entity, best)] : [];
        });
        const sql = statement(`${family} users`, n, one, 'range');
        expect({ sql, lines: await linesOf(sql) }).toEqual({ sql, lines: expected.sort() });
      }
    },
    60_000 + funnels * 200,
  );
});

test('where windowFunnel is exact, it finds the same best steps', async () => {
  const random = new Random(seed * 15_485_863);
  // Not one of them: optional steps, exclusions, steps that share rows, strict or no order.
  const cases = Array.from({ length: funnels }, () => legalCase(random, 'ordered'));
  await insert('window', cases);
  for (const [n, one] of cases.entries()) {
    const { funnel, range } = one;
    const sql = statement('window', n, one, 'range');
    const mine = await engine.db.query(`SELECT reached, count() AS n FROM (${sql}) GROUP BY reached ORDER BY reached`);
    const day = `toDate(at, ${literal(range.timezone)})`;
    const inRange = `${day} >= '${dayText(range.firstDay)}' AND ${day} <= '${dayText(range.lastDay)}'`;
    const steps = funnel.steps.map((s, i) => `event = ${literal(s.event)}${i === 0 ? ` AND ${inRange}` : ''}`);
    const theirs = await engine.db.query(
      `SELECT reached, count() AS n FROM (SELECT windowFunnel(${funnel.windowMs})(toUInt64(toUnixTimestamp64Milli(at)), ${steps.join(', ')}) AS reached FROM rows WHERE family = 'window' AND funnel = ${n} GROUP BY entity) WHERE reached > 0 GROUP BY reached ORDER BY reached`,
    );
    expect({ sql, rows: mine }).toEqual({ sql, rows: theirs });
  }
}, 60_000);

/** A case whose funnel means something; drawn ones that do not are the check's business. */
function legalCase(random: Random, family: FunnelFamily): FunnelCase {
  for (;;) {
    const drawn = randomFunnelCase(random, family, histories);
    try {
      checkFunnel(drawn.funnel);
      return drawn;
    } catch (refused) {
      if (!(refused instanceof TidemarkError)) throw refused;
    }
  }
}

async function insert(family: string, cases: readonly FunnelCase[]): Promise<void> {
  const rows = cases.flatMap((one, funnel) =>
    [...one.histories].flatMap(([entity, list]) =>
      list.map(({ atMs, event, dims }) => ({
        family,
        funnel,
        entity,
        event,
        at: new Date(atMs).toISOString().slice(0, -1),
        ...dims,
      })),
    ),
  );
  await engine.db.insert('rows', rows);
}

function statement(family: string, n: number, { funnel, range }: FunnelCase, per: 'day' | 'range'): string {
  const dimensions = funnelDimensions(funnel).filter((d) => d !== funnel.by);
  const columns = ['entity AS tm_entity', 'at AS tm_at', 'event', ...dimensions];
  const day = (d: number) => `toDate('${dayText(d)}')`;
  return entriesSql(funnel, {
    rows: `SELECT ${columns.join(', ')} FROM rows WHERE family = ${literal(family)} AND funnel = ${n}`,
    timezone: range.timezone,
    from: day(range.firstDay),
    to: day(range.lastDay),
    now: `fromUnixTimestamp64Milli(${range.nowMs}, 'UTC')`,
    per,
  });
}

async function linesOf(sql: string): Promise<string[]> {
  const rows = await engine.db.query<{ line: string }>(
    `SELECT concat(tm_entity, ' ', toString(d), ' ', toString(toUnixTimestamp64Milli(at)), ' r', toString(reached), ' [', arrayStringConcat(arrayMap((s, t) -> concat(toString(s), '+', toString(t)), steps, took_ms), ','), '] ', grp, ' ', toString(open)) AS line FROM (${sql}) ORDER BY line`,
  );
  return rows.map((r) => r.line).sort();
}

const lineOf = (entity: string, e: FunnelEntry): string =>
  `${entity} ${dayText(e.day)} ${e.atMs} r${e.reached} [${e.steps.map((s, i) => `${s}+${e.tookMs[i]}`).join(',')}] ${e.group} ${e.open ? 1 : 0}`;
