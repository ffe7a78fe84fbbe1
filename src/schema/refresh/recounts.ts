import { ident, literal, qualified } from '../../core/sql/quote';
import type { Installation, Source } from '../installation';
import { daysBetween, present } from '../rollups/columns';
import type { SourceContext } from '../rollups/context';
import { tableOf } from '../rollups/context';
import type { Places } from '../rollups/installed';
import { ledgerName } from '../rollups/ledger';
import type { Days } from '../rollups/recount';
import type { IdRange } from '../rollups/sourceRows';
import { recountSelect, reportingDay } from '../rollups/recount';
import { proven } from './progress';
import type { Step } from './steps';

/** Seconds between two days of the sweep: whatever escaped a watermark is mended within (days of history × this). */
const sweepSeconds = 60;

/** A step whose table is recounted by days: places kept from a source. */
export interface RecountedStep {
  readonly step: Step;
  readonly rollup: Places;
  readonly context: SourceContext;
}

/** The tables that are recounted: those that a row more can mend. Finished numbers follow from what is healed. */
export function recountedSteps(steps: readonly Step[]): readonly RecountedStep[] {
  return comparedSteps(steps).filter(({ context }) => context.source.mode !== 'insert');
}

/** The tables that can be compared with a recount, those of mode *insert* too. */
export function comparedSteps(steps: readonly Step[]): readonly RecountedStep[] {
  return steps.flatMap((step) =>
    step.of.kind === 'places' ? [{ step, rollup: step.of.rollup, context: step.of.context }] : [],
  );
}

/** Name of the refreshable view that recounts a step's table. */
export const recountViewName = (step: { readonly name: string }): string => `${step.name}_sweep_v`;

/** Name of the refreshable view that chooses the days which a role's tables recount next. */
export const recountsViewName = (source: Pick<Source, 'role'>): string => `recounts_${source.role}_v`;

/** First day (Date32, SQL) that the source has whole; all before are sealed. */
export function unsealed({ installation, source }: SourceContext): string {
  if (source.keepsDays === null) return "toDate32('1900-01-01')";
  return `subtractDays(toDate32(now(), ${literal(installation.timezone)}), ${source.keepsDays - 1})`;
}

/** Queued days of a role that no batch has taken since they were queued, as a subquery of d. */
export function pendingDays(context: SourceContext): string {
  const { installation, source } = context;
  const role = literal(source.role);
  return [
    `SELECT d FROM (SELECT d, max(at) AS tm_queued FROM ${tableOf(installation, 'late')} WHERE role = ${role} AND sealed = 0 GROUP BY d) AS tm_q`,
    `LEFT JOIN (SELECT d, max(at) AS tm_taken FROM ${tableOf(installation, 'recounts')} WHERE role = ${role} GROUP BY d) AS tm_t USING (d)`,
    `WHERE tm_queued >= tm_taken AND d >= ${unsealed(context)}`,
  ].join(' ');
}

/**
 * The next batch of a role: rows (at, role, d, why). The oldest queued days first; where none is queued and the last sweep
 * is a minute ago, the day after the one that was swept last, that the source or a rollup has. No row while a view has not
 * ended its run over the batch before (a failing view is not waited for: the sweep mends what it missed), or a table or the
 * ledger was never filled.
 */
export function nextBatchSelect(context: SourceContext, recounted: readonly RecountedStep[]): string {
  const { installation, source } = context;
  const role = literal(source.role);
  const own = recounted.filter((r) => r.context.source.role === source.role);
  const recounts = tableOf(installation, 'recounts');
  const views = own.map(({ step }) => literal(recountViewName(step))).join(', ');
  const swept = `(SELECT max(at) FROM ${recounts} WHERE role = ${role} AND why = 'sweep')`;
  const waiting = `(SELECT count() FROM system.view_refreshes WHERE database = ${literal(installation.database)} AND view IN (${views}) AND ifNull(exception, '') = '' AND ifNull(toDateTime64(last_success_time, 3), toDateTime64(0, 3)) <= tm_last)`;
  return [
    `WITH ${newestBatch(context)} AS tm_last, ${swept} AS tm_swept,`,
    `  ${batchDays(context)} AS tm_most,`,
    `  tm_pending AS (SELECT d FROM (SELECT d, row_number() OVER (ORDER BY d) AS tm_rank FROM (${pendingDays(context)})) WHERE tm_rank <= tm_most),`,
    // Each a subquery of its own: an expression under a name would be worked out anew wherever the name stands.
    `  (SELECT (tm_last = toDateTime64(0, 3) OR ${waiting} = 0) AND ${filled(context, own)}) AS tm_free,`,
    `  (SELECT tm_free AND (SELECT count() FROM tm_pending) = 0 AND tm_swept < now64(3) - ${sweepSeconds - 5}) AS tm_due`,
    `SELECT now64(3) AS at, ${role} AS role, d, why FROM (`,
    `  SELECT d, 'late' AS why FROM tm_pending`,
    '  UNION ALL',
    `  SELECT d, 'sweep' AS why FROM (${nextSweptDay(context, own, 'tm_due')}) WHERE tm_due`,
    ') WHERE tm_free',
  ].join('\n');
}

/** Rows of a source that may be counted at once, whatever `lateDaysPerRun` says: a small source is recounted in one run. */
const smallRows = 5_000_000;

/** Days of a batch (SQL): as configured, or as many times that as the source is small. */
function batchDays({ installation, source }: SourceContext): string {
  const [database = '', name = ''] = source.table.split('.');
  const rows = `(SELECT sum(total_rows) FROM system.tables WHERE database = ${literal(database)} AND name = ${literal(name)})`;
  return `${installation.lateDaysPerRun} * greatest(1, intDiv(${smallRows}, ifNull(${rows}, ${smallRows}) + 1))`;
}

/** Whether every table of a role, and its ledger, was filled once: before, it is not wrong, but late. */
function filled({ installation, source }: SourceContext, own: readonly RecountedStep[]): string {
  const names = own.map(({ step }) => step.name);
  const needed = source.sourceClass === 'moving' ? [ledgerName(source), ...names] : names;
  return `(SELECT uniqExact(view) FROM ${tableOf(installation, 'done')} WHERE view IN (${needed.map(literal).join(', ')})) = ${needed.length}`;
}

/** Days in which the next one of the sweep is looked for, each reach only where the one before had none: so that no history is read through for it. */
const reaches = [1, 31] as const;

/**
 * The day whose turn it is in the sweep, as one row d: the earliest after the last swept one that the source or a rollup has;
 * 1970-01-01, which has nothing, where there is none, so that the next round begins from the start.
 * @param due condition (SQL) without which nothing is read
 */
function nextSweptDay(context: SourceContext, own: readonly RecountedStep[], due: string): string {
  const { installation, source } = context;
  const recounts = tableOf(installation, 'recounts');
  const last = `greatest(toDate32(ifNull((SELECT argMax(d, at) FROM ${recounts} WHERE role = ${literal(source.role)} AND why = 'sweep'), toDate('1970-01-01'))), subtractDays(${unsealed(context)}, 1))`;
  const tables = own
    .filter(({ rollup }) => rollup.grain === 'day' && rollup.timezone === installation.timezone)
    .map(({ step }) => tableOf(installation, step.table));
  const none = "toDate32('1970-01-01')";
  // Bounds that hold nothing, not a condition beside them: by these the engine leaves out what it would else read.
  const when = (condition: string, from: string) => `if(${condition}, ${from}, toDate32('2299-12-31'))`;
  // The first row tells which day it is where only one can be; else all are asked for their least.
  const ofSource = (from: string, to?: string, isOne = false) =>
    `SELECT toDate32(${isOne ? '' : 'min'}(${reportingDay(context)})) AS day FROM ${qualified(source.table)} WHERE ${daysBetween(source, installation.timezone, from, to)} AND ${present(source, ['time'])} ${isOne ? 'LIMIT 1' : 'HAVING count() > 0'}`;
  const found = reaches.map((_, i) => `tm_reach${i}`);
  const noneOf = (names: readonly string[]) => [due, ...names.map((name) => `${name} = ${none}`)].join(' AND ');
  const begin = (i: number) => when(noneOf(found.slice(0, i)), `addDays(tm_after, ${1 + (reaches[i - 1] ?? 0)})`);
  const near = reaches.map(
    (days, i) =>
      `(SELECT ifNull((${ofSource(begin(i), `addDays(tm_after, ${days})`, days === 1)}), ${none})) AS ${found[i]}`,
  );
  const days = [
    ...found.map((name) => `SELECT ${name} AS day WHERE ${name} > ${none}`),
    ofSource(begin(reaches.length)),
    // Days come first in the keys of these tables: the first row is found without reading the others.
    ...tables.map((t) => `(SELECT toDate32(d) AS day FROM ${t} WHERE d > ${when(due, 'tm_after')} ORDER BY d LIMIT 1)`),
  ];
  return `WITH ${[`${last} AS tm_after`, ...near].join(', ')} SELECT toDate(min(day)) AS d FROM (${days.join(' UNION ALL ')})`;
}

/** What a batch is told by that was recounted by hand (`tidemark refresh`, `backfill`): it is written down when it is done. */
export const byHand = 'asked';

/** Newest batch that views are to recount of a role, as SQL of DateTime64(3). */
const newestBatch = ({ installation, source }: SourceContext) =>
  `(SELECT max(at) FROM ${tableOf(installation, 'recounts')} WHERE role = ${literal(source.role)} AND why != ${literal(byHand)})`;

/** Days of a role's newest batch while a view has not ended a good run over it, as a subquery of d: taken, but not done. */
export function unfinishedDays(context: SourceContext, own: readonly RecountedStep[]): string {
  const { installation, source } = context;
  const views = own.map(({ step }) => literal(recountViewName(step))).join(', ');
  const newest = newestBatch(context);
  const behind = `SELECT count() FROM system.view_refreshes WHERE database = ${literal(installation.database)} AND view IN (${views}) AND ifNull(toDateTime64(last_success_time, 3), toDateTime64(0, 3)) <= ${newest}`;
  return `SELECT d FROM ${tableOf(installation, 'recounts')} WHERE role = ${literal(source.role)} AND why = 'late' AND at = ${newest} AND (${behind}) > 0`;
}

/**
 * Rows that mend one table on the days of the role's newest batch, marked with the batch's time; none where the view's last
 * good run began after the batch.
 */
export function healSelect(installation: Installation, { step, rollup, context }: RecountedStep): string {
  const { source } = context;
  const view = recountViewName(step);
  const ran = `(SELECT max(ifNull(toDateTime64(last_success_time, 3), toDateTime64(0, 3))) FROM system.view_refreshes WHERE database = ${literal(installation.database)} AND view = ${literal(view)})`;
  const batch = `SELECT d FROM ${tableOf(installation, 'recounts')} WHERE role = ${literal(source.role)} AND at = tm_batch AND tm_batch >= tm_ran`;
  const edge = (f: string) => `ifNull((SELECT ${f}(d) FROM tm_days), toDate('1970-01-01'))`;
  const days = { from: edge('min'), to: edge('max'), only: (day: string) => `${day} IN (SELECT d FROM tm_days)` };
  const named = [
    `${newestBatch(context)} AS tm_batch`,
    `ifNull(${ran}, toDateTime64(0, 3)) AS tm_ran`,
    `tm_days AS (${batch})`,
  ];
  return healed(context, rollup, days, named, recountHi(installation, step));
}

/** Days that are recounted now, whatever views ran. */
export interface Asked {
  /** YYYY-MM-DD. */
  readonly days: readonly string[];
  /** The batch's time: the server's clock as text. */
  readonly at: string;
  /** Where it was found out for all tables at once: the ids of these days, and the watermark that was proven just then. */
  readonly stand?: { readonly hi: string; readonly ids: IdRange };
}

function healDaysSelect({ step, rollup, context }: RecountedStep, { days, at, stand }: Asked, empty: boolean): string {
  const list = days.map((d) => `toDate(${literal(d)})`).join(', ');
  const sorted = [...days].sort();
  const of = (day: string | undefined) => `toDate(${literal(day ?? '1970-01-01')})`;
  const only = (day: string) => `${day} IN (${list})`;
  const scope = { from: of(sorted[0]), to: of(sorted.at(-1)), only, ...(stand && { ids: stand.ids }) };
  const hi = stand?.hi ?? recountHi(context.installation, step);
  return healed(context, rollup, scope, [`toDateTime64(${literal(at)}, 3) AS tm_batch`], hi, empty);
}

function healed(
  context: SourceContext,
  rollup: Places,
  days: Days,
  named: readonly string[],
  hi: string,
  empty = false,
): string {
  return `WITH ${named.join(', ')}\nSELECT *, tm_batch AS swept_at FROM (\n${recountSelect(context, rollup, days, hi, empty)}\n)`;
}

/** Watermark of rows that a recount writes: the one that the table's refreshes have proven for what they read. */
export const recountHi = (installation: Installation, step: Step): string => {
  if (step.of.kind !== 'places') throw new Error(`${step.name} is not recounted.`);
  const { context, rollup } = step.of;
  if (context.source.sourceClass === 'moving') return proven(installation, ledgerName(context.source));
  return rollup.below
    ? proven(installation, rollup.below.name)
    : `(SELECT max(hi) FROM ${tableOf(installation, 'tick')})`;
};

/** Columns that the heals return. */
export const healColumns = (step: Step): readonly string[] => [...step.columns, 'swept_at'];

/**
 * INSERT that mends one table on the given days.
 * @param empty whether the table has no row on these days: then nothing is compared.
 */
export function healInsert(
  installation: Installation,
  recounted: RecountedStep,
  asked: Asked,
  empty: boolean = false,
): string {
  const columns = healColumns(recounted.step).map(ident).join(', ');
  return `INSERT INTO ${tableOf(installation, recounted.step.table)} (${columns})\n${healDaysSelect(recounted, asked, empty)}`;
}

/** Rows of one table that differ from a recount of the days [from, to] (YYYY-MM-DD). */
export function differencesSelect({ step, rollup, context }: RecountedStep, from: string, to: string): string {
  const day = (text: string) => `toDate(${literal(text)})`;
  return recountSelect(context, rollup, { from: day(from), to: day(to) }, recountHi(context.installation, step));
}
