import type { Db } from '../core/db';
import { literal } from '../core/sql/quote';
import type { RetentionQuestion, RollupStatus } from '../schema';
import type { Cell, Output } from './output';
import { grouped } from './output';

/** A cell of the grid as it was read; users are null while its interval is not over. */
export interface RetentionCell {
  readonly cohort: string;
  readonly grp: string;
  readonly k: number;
  readonly size: number;
  readonly on: number | null;
  readonly after: number | null;
}

/** Up to when the tables of a question tell everything. */
export interface RetentionCover {
  /** SQL of the instant. */
  readonly sql: string;
  /** UTC text; null where the source is read, or nothing is proven yet. */
  readonly hi: string | null;
  /** A sentence where a table is behind. */
  readonly warning?: string;
}

interface Told {
  readonly question: RetentionQuestion;
  readonly tables: readonly string[];
  /** Rows that the server expects to read. */
  readonly cost: number;
  readonly coveredTo: string | null;
}

/**
 * The oldest mark of the tables that are read; a table that is not fresh is named, never shown as fresh.
 * @param dataEnd SQL of the instant after which the source has nothing.
 */
export function coverOf(status: readonly RollupStatus[], tables: readonly string[], dataEnd: string): RetentionCover {
  const read = status.filter((s) => tables.includes(s.rollup));
  if (read.length === 0) return { sql: `least(now64(3), ${dataEnd})`, hi: null };
  const marks = read.map((s) => s.hi);
  const hi = marks.includes(null) ? null : (marks.sort()[0] ?? null);
  const [behind] = read.filter((s) => s.verdict !== 'fresh');
  const sql =
    hi === null ? 'toDateTime64(0, 3)' : `least(now64(3), toDateTime64(${literal(hi)}, 3, 'UTC'), ${dataEnd})`;
  if (!behind) return { sql, hi };
  const upTo = hi === null ? 'nothing is proven yet' : `what is shown is complete up to ${hi} UTC only`;
  const warning = `${behind.rollup} is ${behind.verdict}: ${upTo}. tidemark status says why.`;
  return { sql, hi, warning };
}

/** Rows that the server expects a statement to read. */
export async function costOf(db: Db, sql: string): Promise<number> {
  const rows = await db.query<{ rows: string | number }>(`EXPLAIN ESTIMATE ${sql}`);
  return rows.reduce((sum, row) => sum + Number(row.rows), 0);
}

/** Runs the statement of `planRetention`. */
export async function countRetention(db: Db, sql: string): Promise<readonly RetentionCell[]> {
  return db.query<RetentionCell>(
    `SELECT toString(cohort) AS cohort, grp, k, toFloat64(size) AS size, toFloat64(users_on) AS on, toFloat64(users_after) AS after FROM (\n${sql}\n)`,
  );
}

/** Most intervals that a table on a terminal shows. */
const mostShown = 15;

export const tellRetention = {
  /** What is asked, and what it will cost. */
  cost(out: Output, { question, tables, cost, coveredTo }: Told): void {
    const { spec, timezone, from, to } = question;
    const windows =
      spec.windows === 'rolling'
        ? `rolling ${spec.interval === 'week' ? '7 × 24' : '24'} hours`
        : `calendar ${spec.interval}s of ${timezone}`;
    out.say(`${spec.title} (${spec.mode}, ${windows}), cohorts from ${from} to ${to}.`);
    const source = tables.map((t) => (t === 'raw' ? 'the events themselves' : t)).join(' and ');
    out.say(
      `Reads about ${grouped(cost)} rows of ${source}${coveredTo === null ? '' : `, complete up to ${coveredTo} UTC`}.`,
    );
  },

  /** The grid, blank where an interval is not over, and its means. */
  grid(out: Output, told: Told & { readonly cells: readonly RetentionCell[]; readonly after: boolean }): void {
    const { question, cells, after } = told;
    const { spec } = question;
    const means = meansOf(cells);
    out.data({ ...told, means });
    if (cells.length === 0) {
      const who = spec.start ? `Nobody did ${JSON.stringify(spec.start.event)}` : 'Nobody did anything';
      const which = spec.mode === 'first-time' ? ' for the first time' : '';
      out.say(
        `${who}${which} between ${question.from} and ${question.to}. Widen --from and --to${spec.start ? ', and check how the event is written' : ''}.`,
      );
      return;
    }
    const value = (cell: { on: number | null; after: number | null } | undefined) => (after ? cell?.after : cell?.on);
    const ks = Array.from({ length: Math.min(spec.periods, mostShown) }, (_, i) => i + 1);
    const isTold = spec.breakdown !== undefined;
    const rows = new Map<string, RetentionCell[]>();
    for (const cell of cells) {
      const key = `${cell.cohort}|${cell.grp}`;
      rows.set(key, [...(rows.get(key) ?? []), cell]);
    }
    const lines = [...rows.values()].map((own): Cell[] => {
      const [first] = own;
      const size = first?.size ?? 0;
      const shares = ks.map((k) => percent(value(own.find((c) => c.k === k)), size));
      return [first?.cohort ?? '', ...(isTold ? [first?.grp ?? ''] : []), size, ...shares];
    });
    const mean = (name: string, of: (m: RetentionMean) => number): Cell[] => [
      name,
      ...(isTold ? [''] : []),
      null,
      ...ks.map((k) => {
        const found = means.find((m) => m.k === k);
        return found ? percent(of(found), 1) : '';
      }),
    ];
    out.table(
      ['cohort', ...(isTold ? [spec.breakdown ?? ''] : []), spec.by === 'user' ? 'users' : spec.by, ...ks.map(String)],
      [
        ...lines,
        mean('weighted mean', (m) => (after ? m.afterWeighted : m.onWeighted)),
        mean('simple mean', (m) => (after ? m.afterSimple : m.onSimple)),
      ],
    );
    const which = after
      ? `in the ${spec.interval} or a later one, up to the ${spec.periods}th`
      : `${spec.interval === 'day' ? 'on' : 'in'} that ${spec.interval}`;
    out.say(`Of each cohort, who came back so many ${spec.interval}s later, ${which}. Blank: not over yet.`);
    if (spec.periods > mostShown) out.say(`--json has all ${spec.periods} ${spec.interval}s.`);
  },
};

const percent = (users: number | null | undefined, size: number): string =>
  users == null || size === 0 ? '' : `${((100 * users) / size).toFixed(1)} %`.padStart(7);

/** Means over the complete cells, all values of a breakdown together. */
export interface RetentionMean {
  readonly k: number;
  readonly onWeighted: number;
  readonly onSimple: number;
  readonly afterWeighted: number;
  readonly afterSimple: number;
}

/** Weighted by users, and simple over cohorts; intervals that are over for no cohort are left out. */
export function meansOf(cells: readonly RetentionCell[]): readonly RetentionMean[] {
  const cohorts = new Map<string, { readonly k: number; size: number; on: number; after: number }>();
  for (const { cohort, k, size, on, after } of cells) {
    if (on === null || after === null) continue;
    const known = cohorts.get(`${cohort} ${k}`) ?? { k, size: 0, on: 0, after: 0 };
    cohorts.set(`${cohort} ${k}`, { k, size: known.size + size, on: known.on + on, after: known.after + after });
  }
  const all = [...cohorts.values()];
  return [...new Set(all.map((c) => c.k))]
    .sort((a, b) => a - b)
    .map((k) => {
      const own = all.filter((c) => c.k === k);
      const sum = (of: (c: (typeof own)[number]) => number) => own.reduce((total, c) => total + of(c), 0);
      const size = sum((c) => c.size);
      return {
        k,
        onWeighted: sum((c) => c.on) / size,
        onSimple: sum((c) => c.on / c.size) / own.length,
        afterWeighted: sum((c) => c.after) / size,
        afterSimple: sum((c) => c.after / c.size) / own.length,
      };
    });
}
