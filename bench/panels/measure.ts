import type { Range, SavedDashboard, Target } from '../lib/dashboards';
import { expandTarget, openedVariables } from '../lib/dashboards';
import type { Dataset } from '../lib/dataset';
import { post } from '../lib/http';
import { median, quantile, short } from '../lib/numbers';
import type { RawQuestion } from './raw/question';
import { rawQuestion } from './raw/known';

/** Ranges that a reader picks. */
export const ranges = { '24 h': 1, '7 d': 7, '30 d': 30, '100 d': 100 } as const;
export type RangeName = keyof typeof ranges;

/** One panel over one range. Times in ms over HTTP, answer read to its end. */
export interface PanelTime {
  readonly dashboard: string;
  readonly panel: string;
  readonly range: RangeName;
  readonly runs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly rowsRead: number;
  readonly bytes: number;
  /** The same question of the source: FINAL, and without. Absent where none is known or it was not asked for. */
  readonly raw?: { readonly name: string; readonly exactMs: number; readonly plainMs: number };
}

export interface MeasureOptions {
  readonly runs: number;
  /** Whether the raw questions are asked, too. */
  readonly raw: boolean;
}

/** Measures every query of the dashboards over every range, one after another. A query that fails is told and left out. */
export async function measurePanels(
  { engine, contents }: Dataset,
  dashboards: readonly SavedDashboard[],
  options: MeasureOptions,
): Promise<PanelTime[]> {
  const times: PanelTime[] = [];
  const asked = new Map<string, NonNullable<PanelTime['raw']>>();
  for (const [range, days] of Object.entries(ranges) as [RangeName, number][]) {
    if (days > contents.days) continue;
    const span: Range = { fromMs: contents.untilMs - days * 86_400_000, toMs: contents.untilMs };
    for (const dashboard of dashboards) {
      const variables = await openedVariables(engine, dashboard, span);
      for (const target of dashboard.targets) {
        const title = `${target.dashboard}: ${target.panel}, ${range}`;
        const panel = await orTell(title, () =>
          measurePanel(engine.url, expandTarget(target.rawSql, span, variables), options.runs),
        );
        if (!panel) continue;
        const question = options.raw ? rawQuestion(target, span) : undefined;
        const raw =
          question &&
          (asked.get(question.exact) ?? (await orTell(`${title}, raw`, () => measureRaw(engine.url, question))));
        if (question && raw) asked.set(question.exact, raw);
        times.push({ ...named(target), range, runs: options.runs, ...panel, ...(raw && { raw }) });
        console.log(`${title}: ${short(panel.p50Ms)} ms, raw ${short(raw?.exactMs)} ms`);
      }
    }
  }
  return times;
}

/** Median ms of a statement that does nothing, over the same way: what every panel has in it, and how fast the machine is. */
export async function measureFloor({ engine }: Dataset, runs = 100): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < runs; i++) times.push((await post(engine.url, 'SELECT 1', { default_format: 'Native' })).ms);
  return median(times);
}

/** Does it, or tells in a line why not. */
async function orTell<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (thrown) {
    console.log(`${what}: not measured: ${thrown instanceof Error ? thrown.message.split('\n')[0] : String(thrown)}`);
    return undefined;
  }
}

const named = ({ dashboard, panel }: Target) => ({ dashboard, panel });

async function measurePanel(url: string, sql: string, runs: number) {
  const json = await post(url, sql, { default_format: 'JSON', wait_end_of_query: '1' });
  const { statistics } = JSON.parse(json.body.toString()) as { statistics: { rows_read: number } };
  await post(url, sql, { default_format: 'Native' });
  const times: number[] = [];
  let bytes = 0;
  for (let i = 0; i < runs; i++) {
    const { ms, body } = await post(url, sql, { default_format: 'Native' });
    times.push(ms);
    bytes = body.length;
  }
  return { p50Ms: median(times), p95Ms: quantile(times, 0.95), rowsRead: statistics.rows_read, bytes };
}

/** Above this many ms a raw question is asked once. */
const longMs = 1_000;

async function measureRaw(url: string, { name, exact, plain }: RawQuestion) {
  const timed = async (sql: string) => {
    const times = [(await post(url, sql, { default_format: 'Native' })).ms];
    // The first run also warms the page cache, as the panel's did: it counts only where the question is long anyway.
    if (times[0]! < longMs) {
      times.length = 0;
      for (let i = 0; i < 3; i++) times.push((await post(url, sql, { default_format: 'Native' })).ms);
    }
    return median(times);
  };
  return { name, exactMs: await timed(exact), plainMs: await timed(plain) };
}
