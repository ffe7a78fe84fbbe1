import type { Db } from '../core/db';
import type { MetricSpec, Plan, PlannerCatalogue, Question, RollupSpec } from '../core/metrics';
import { intervalText } from '../core/metrics';
import { grouped } from './output';
import type { Cell, Output } from './output';

/** What a statement gave, and what it cost. */
export interface Answer {
  readonly rows: readonly Record<string, unknown>[];
  readonly ms: number;
  /** As the server estimates it from the parts and marks it would read; null where it cannot. */
  readonly rowsRead: number | null;
}

/** Runs a statement. Throws the server's error. */
export async function timed(db: Db, sql: string): Promise<Answer> {
  const startedMs = performance.now();
  const rows = await db.query(sql);
  const ms = Math.round((performance.now() - startedMs) * 10) / 10;
  return { rows, ms, rowsRead: await rowsRead(db, sql) };
}

/** Rows that the server would read, by EXPLAIN ESTIMATE: no right on the query log is needed. */
export async function rowsRead(db: Db, sql: string): Promise<number | null> {
  try {
    const parts = await db.query<{ rows: number | string }>(`EXPLAIN ESTIMATE ${sql}`);
    return parts.reduce((sum, part) => sum + Number(part.rows), 0);
  } catch {
    return null;
  }
}

/** A table that could have answered: its buckets, how long it keeps them, up to when it counts, what it gave. */
export interface ExplainedTable {
  readonly table: string;
  /** `minute`, `15 minutes`, `day`. */
  readonly buckets: string;
  readonly zone: string;
  /** Days that it is kept; null for ever. */
  readonly lifeDays: number | null;
  /** All rows that arrived up to here are counted or queued as late, UTC; null before the first refresh. */
  readonly countedTo: string | null;
  /** Stretches of the answer, or the code of the reason why it gave none. */
  readonly gives: string;
}

/** The rollups of a question's metric. */
export function tablesOf(catalogue: PlannerCatalogue, { metric }: Question, plan: Plan): readonly ExplainedTable[] {
  const role = catalogue.metrics.find((m) => m.name === metric)?.role;
  return catalogue.rollups
    .filter((r) => r.role === role)
    .map((r) => ({
      table: r.name,
      buckets: bucketsOf(r),
      zone: r.timezone,
      lifeDays: r.lifeDays,
      countedTo: r.watermarkMs === null ? null : utc(r.watermarkMs),
      gives:
        plan.parts
          .filter((p) => p.from === r.name)
          .map((p) => `${utc(p.fromMs)} to ${utc(p.toMs)}`)
          .join(', ') ||
        (plan.reasons.find((reason) => reason.rollup === r.name)?.code ?? ''),
    }));
}

const utc = (ms: number) => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

function bucketsOf({ grain }: RollupSpec): string {
  return grain === 'day' ? 'day' : intervalText({ count: grain / 60, unit: 'minute' });
}

/** All metrics that are installed: for a command without one. */
export function tellMetrics(out: Output, { metrics }: PlannerCatalogue): void {
  const rows = [...metrics].sort((a, b) => (a.name < b.name ? -1 : 1));
  const shown = ({ name, title, class: of, role, dimensions }: MetricSpec) => ({
    name,
    title,
    class: of,
    role,
    dimensions,
  });
  out.data({ metrics: rows.map(shown) });
  out.table(
    ['metric', 'is', 'class', 'role', 'by'],
    rows.map((m) => [m.name, m.title, m.class, m.role, m.dimensions.join(', ')]),
  );
  out.say('Name one of them: npx tidemark explain <metric> --help shows what can be asked.');
}

/** Tells how a question is answered. */
export function tell(out: Output, question: Question, plan: Plan, tables: readonly ExplainedTable[]): void {
  out.say(
    `${question.metric} per ${intervalText(question.interval)} in ${question.timezone}, ${utc(question.fromMs)} to ${utc(question.toMs)} UTC: answered from ${plan.chosen}.`,
  );
  for (const part of plan.parts) out.say(`  ${part.from}: ${utc(part.fromMs)} to ${utc(part.toMs)} UTC`);
  if (tables.length > 0) {
    out.table(
      ['table', 'buckets', 'zone', 'kept', 'counted up to (UTC)', 'gives (UTC)'],
      tables.map((t) => [
        t.table,
        t.buckets,
        t.zone,
        t.lifeDays === null ? 'for ever' : `${t.lifeDays} days`,
        t.countedTo ?? 'never filled',
        t.gives,
      ]),
    );
  }
  if (plan.reasons.length > 0) {
    out.table(
      ['passed over', 'reason', 'says'],
      plan.reasons.map((r) => [r.rollup, r.code, r.message]),
    );
  }
  for (const notice of plan.notices) out.say(`Notice: ${notice.message}`);
  if (plan.openBucketFromMs !== null) out.say(`Not whole: buckets from ${utc(plan.openBucketFromMs)} UTC on.`);
  out.say(`\n${plan.sql}`);
}

/** Shows the rows of an answer. */
export function tellAnswer(out: Output, { rows, ms, rowsRead }: Answer): void {
  const [first] = rows;
  const head = Object.keys(first ?? {});
  const cell = (value: unknown): Cell => (typeof value === 'number' || value === null ? value : String(value));
  out.say('');
  if (first)
    out.table(
      head,
      rows.map((row) => head.map((name) => cell(row[name]))),
    );
  out.say(`${rows.length} rows in ${ms} ms${rowsRead === null ? '' : `, about ${grouped(rowsRead)} rows read`}.`);
}
