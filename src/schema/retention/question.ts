import type { EventPick } from '../../core/funnel/spec';
import type { MarkedRelation, RetentionRelation, RetentionSpec } from '../../core/retention';
import {
  checkRetention,
  dimensionOf,
  firstDayOf,
  indexOf,
  picked,
  retentionGrid,
  retentionRows,
} from '../../core/retention';
import { literal } from '../../core/sql/quote';
import { backsAreDays, retentionTable, startsAreDays } from '../../packs/product/retention';
import type { Installation } from '../installation';
import { tableOf } from '../rollups/context';
import { zoneSuffix } from '../rollups/installed';
import { rawRelation } from './raw';
import { daysRelation, stepsRelation } from './relations';

/** A retention asked for just now. */
export interface RetentionQuestion {
  readonly spec: RetentionSpec;
  /** Whether it is asked of the table of the saved retention of that name. */
  readonly saved: boolean;
  readonly timezone: string;
  /** First and last day on which cohorts begin, `YYYY-MM-DD`; an interval that they only touch is counted whole. */
  readonly from: string;
  readonly to: string;
}

/** How it is answered. */
export interface RetentionPlan {
  /** Tables of the installation that are read; `raw` for the source. */
  readonly tables: readonly string[];
  /** Statement of the cells (`core/retention/grid.ts`); rows are told up to `covered`, SQL of an instant. */
  sql(covered: string): string;
}

/**
 * Plans a retention: from its own table where it is saved and the zone's days are kept; else counted from the days of users, the step
 * rows, or the events themselves, whichever is the least that tells it exactly. Throws what {@link checkRetention} does,
 * retention_no_dimension.
 */
export function planRetention(installation: Installation, question: RetentionQuestion): RetentionPlan {
  const { saved, timezone } = question;
  const spec = checkRetention(question.spec);
  const { weekStart } = installation;
  const calendar = { interval: spec.interval, weekStart };
  const first = indexOf(`toDate(${literal(question.from)})`, calendar);
  const last = indexOf(`toDate(${literal(question.to)})`, calendar);
  const isKept = [installation.timezone, ...installation.zones].includes(timezone);
  const suffix = isKept ? zoneSuffix(timezone, installation) : '';
  const grid =
    (rows: string, where: readonly string[] = []) =>
    (covered: string) =>
      retentionGrid(spec, { rows, weekStart, timezone, covered, byGroup: true, where });
  if (saved && isKept) {
    const table = `${retentionTable(spec.name)}${suffix}`;
    const cohorts = [firstDayOf(first, calendar), firstDayOf(`${last} + 1`, calendar)] as const;
    const where = [`d >= ${cohorts[0]}`, `cohort >= ${cohorts[0]}`, `cohort < ${cohorts[1]}`];
    return { tables: [table], sql: grid(`${tableOf(installation, table)} FINAL`, where) };
  }
  const { start, back, tables } = relationsFor(installation, spec, question, isKept ? suffix : undefined);
  return { tables, sql: grid(`(${retentionRows(spec, { start, back, weekStart, cohorts: { first, last } })})`) };
}

interface Relations {
  readonly start: MarkedRelation;
  readonly back: MarkedRelation;
  readonly tables: readonly string[];
}

function relationsFor(
  installation: Installation,
  spec: RetentionSpec,
  question: RetentionQuestion,
  suffix: string | undefined,
): Relations {
  const { name, by, mode } = spec;
  // Asked of what knows all dimensions, so that a wrong one is named whatever table would answer.
  const raw = rawOf(installation, question);
  if (by !== 'user') dimensionOf(raw, by, name);
  if (spec.breakdown !== undefined) dimensionOf(raw, spec.breakdown, name);
  const asked = { start: picked(raw, spec.start, name), back: picked(raw, spec.back, name) };
  const hasDays = suffix !== undefined;
  const startDays = hasDays && startsAreDays(spec);
  const backDays = hasDays && backsAreDays(spec);
  const dimensions = [...(by === 'user' ? [] : [by]), ...(spec.breakdown === undefined ? [] : [spec.breakdown])];
  const others = [...(startDays ? [] : [spec.start]), ...(backDays ? [] : [spec.back])];
  const fromSteps = hasDays && others.every((pick) => stepsTell(installation, pick, dimensions));
  const days = daysRelation(installation, `user_day${suffix ?? ''}`);
  const steps = fromSteps ? stepsRelation(installation, `step_day${suffix}`, by) : undefined;
  const mark = (areDays: boolean, pick: EventPick | undefined, own: MarkedRelation): MarkedRelation =>
    areDays ? { relation: days, condition: '1' } : steps ? picked(steps, pick, name) : own;
  const other = steps ? `step_day${suffix}` : 'raw';
  const table = (areDays: boolean, way: string) => (areDays ? `${way}${suffix ?? ''}` : other);
  const back = mark(backDays, spec.back, asked.back);
  const isKnown = startDays && mode === 'first-time';
  // Every installation knows the first day of each user.
  const start: MarkedRelation = isKnown
    ? { relation: daysRelation(installation, `user_first${suffix}`), condition: '1', firsts: true }
    : mark(startDays, spec.start, asked.start);
  return {
    start,
    back,
    tables: [...new Set([table(startDays, isKnown ? 'user_first' : 'user_day'), table(backDays, 'user_day')])],
  };
}

/** Whether the step rows have all of an event pick's rows, with the dimensions. */
function stepsTell({ sources }: Installation, pick: EventPick | undefined, dimensions: readonly string[]): boolean {
  const source = sources.events;
  if (!source || !(source.allSteps || (pick && source.steps.includes(pick.event)))) return false;
  const carried = source.stepDimensions.map((d) => d.name);
  return [...dimensions, ...Object.keys(pick?.where ?? {})].every((name) => carried.includes(name));
}

function rawOf(installation: Installation, { spec, timezone, from, to }: RetentionQuestion): RetentionRelation {
  const { interval, periods, mode, by } = spec;
  const calendar = { interval, weekStart: installation.weekStart };
  const number = (day: string) => indexOf(`toDate(${literal(day)})`, calendar);
  const relation = rawRelation(installation, timezone, by, {
    ...(mode === 'recurring' && { from: firstDayOf(number(from), calendar) }),
    to: firstDayOf(`${number(to)} + ${periods + 3}`, calendar),
  });
  if (!relation) throw new Error('Retention is counted from role events, which is not mapped.');
  return relation;
}
