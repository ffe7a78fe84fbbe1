import { ident, literal, qualified } from '../core/sql/quote';
import type { SourceRollup } from '../packs/types';
import { daySql, daysBetween, present } from './columns';
import type { Installation } from './installation';
import type { SourceContext } from './sourceRollup';
import { sweepSelect } from './sourceRollup';
import type { Step } from './steps';
import { provenSpan } from './steps';

/** Seconds between two days of the sweep: the law is mended within (days of history × this). */
export const sweepSeconds = 60;

/** A step that the sweep goes over: a rollup kept from a source. */
export interface SweptStep {
  readonly step: Step;
  readonly rollup: SourceRollup;
  readonly context: SourceContext;
}

/** The rollups that the sweep recounts. Finished numbers follow from what it heals. */
export function sweptSteps(steps: readonly Step[]): readonly SweptStep[] {
  return steps.flatMap((step) => {
    const { of } = step;
    return of.kind === 'rollup' && of.rollup.kind === 'source' && of.context
      ? [{ step, rollup: of.rollup, context: of.context }]
      : [];
  });
}

/**
 * The next day of the sweep as a row (at, d): the earliest day after the last swept one that the sources or the rollups
 * have; 1970-01-01, which has nothing, where there is none, so that the next begins from the start.
 */
export function nextDaySelect(installation: Installation, swept: readonly SweptStep[]): string {
  const table = (name: string) => qualified(`${installation.database}.${name}`);
  const after = 'addDays(tm_last, 1)';
  const sources = [...new Map(swept.map(({ context }) => [context.source.role, context.source])).values()];
  const days = [
    ...sources.map(
      (source) =>
        `SELECT min(${daySql(source, installation.timezone)}) AS day FROM ${qualified(source.table)} WHERE ${daysBetween(source, installation.timezone, after)} AND ${present(source, ['time'])} HAVING count() > 0`,
    ),
    ...swept.map(({ step }) => `SELECT min(d) AS day FROM ${table(step.name)} WHERE d > tm_last HAVING count() > 0`),
  ];
  return [
    `WITH ifNull((SELECT argMax(d, at) FROM ${table('sweep_days')}), toDate('1970-01-01')) AS tm_last`,
    `SELECT now64(3) AS at, min(day) AS d FROM (${days.join(' UNION ALL ')})`,
  ].join('\n');
}

/** The day that the sweep is at, as SQL. */
const currentDay = (installation: Installation) =>
  `ifNull((SELECT argMax(d, at) FROM ${qualified(`${installation.database}.sweep_days`)}), toDate('1970-01-01'))`;

/** Rows that heal one rollup on the day the sweep is at, marked with the sweep's time. */
export function healSelect(installation: Installation, { step, rollup, context }: SweptStep): string {
  const at = `ifNull((SELECT max(at) FROM ${qualified(`${installation.database}.sweep_days`)}), toDateTime64(0, 3))`;
  const { hi } = provenSpan(installation, step);
  const day = currentDay(installation);
  // A rollup that was never filled is not wrong, it is late.
  const filled = `(SELECT count() FROM ${qualified(`${installation.database}.done`)} WHERE view = ${literal(step.name)}) > 0`;
  const differing = sweepSelect(context, rollup, { from: day, to: day }, hi);
  return `SELECT *, ${at} AS swept_at FROM (\n${differing}\n) WHERE ${filled}`;
}

/** Columns that {@link healSelect} returns. */
export const healColumns = (step: Step): readonly string[] => [...step.columns, 'swept_at'];

/** Rows (at, rollup, d, rows): how many rows each sweep that is over found wrong, once per sweep and rollup. */
export function driftSelect(installation: Installation, swept: readonly SweptStep[]): string {
  const table = (name: string) => qualified(`${installation.database}.${name}`);
  const healed = swept.map(
    ({ step }) =>
      `SELECT ${literal(step.name)} AS rollup, swept_at AS healed_at, count() AS healed FROM ${table(step.name)} WHERE swept_at > tm_known GROUP BY swept_at`,
  );
  const names = `[${swept.map(({ step }) => literal(step.name)).join(', ')}]`;
  return [
    // The last sweep may be running still: it is counted when the next has begun.
    `WITH ifNull((SELECT max(at) FROM ${table('drift')}), toDateTime64(0, 3)) AS tm_known, ifNull((SELECT max(at) FROM ${table('sweep_days')}), toDateTime64(0, 3)) AS tm_newest`,
    'SELECT sweeps.at AS at, sweeps.rollup AS rollup, sweeps.d AS d, ifNull(found.healed, 0) AS rows',
    `FROM (SELECT at, d, arrayJoin(${names}) AS rollup FROM ${table('sweep_days')} WHERE at > tm_known AND at < tm_newest) AS sweeps`,
    `LEFT JOIN (${healed.join(' UNION ALL ')}) AS found ON found.rollup = sweeps.rollup AND found.healed_at = sweeps.at`,
  ].join('\n');
}

/** Rows of one rollup that differ from a recount of the days [from, to] (YYYY-MM-DD). */
export function differencesSelect(
  installation: Installation,
  { step, rollup, context }: SweptStep,
  from: string,
  to: string,
): string {
  const day = (text: string) => `toDate(${literal(text)})`;
  return sweepSelect(context, rollup, { from: day(from), to: day(to) }, provenSpan(installation, step).hi);
}

/** INSERT that heals one rollup on one day now; its rows win over those of every refresh so far. */
export function healInsert(installation: Installation, swept: SweptStep): string {
  const target = qualified(`${installation.database}.${swept.step.name}`);
  return `INSERT INTO ${target} (${healColumns(swept.step).map(ident).join(', ')})\n${healSelect(installation, swept)}`;
}
