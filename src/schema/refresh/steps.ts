import { ident } from '../../core/sql/quote';
import { rareSeconds } from '../../packs/periods';
import { feedColumns, feedSelect } from '../insert/feed';
import type { Installation } from '../installation';
import { activeDaysSelect } from '../rollups/activeDays';
import { activeSpansSelect } from '../rollups/activeSpans';
import { adoptionSelect } from '../rollups/adoption';
import { cohortMonthsSelect, cohortSumsSelect } from '../rollups/cohortMonths';
import type { SourceContext, Span } from '../rollups/context';
import { tableOf } from '../rollups/context';
import { featureBreadthSelect, featureUsesSelect } from '../rollups/features';
import { firstDaysSelect } from '../rollups/firstDays';
import { funnelDaysSelect, funnelTimesSelect } from '../rollups/funnelDays';
import type { Finished, Kept, Places } from '../rollups/installed';
import { installedRollups } from '../rollups/installed';
import { ledgerColumn, ledgerName, ledgerSelect, placeColumns } from '../rollups/ledger';
import { mrrSelect } from '../rollups/mrr';
import { firstStartsSelect } from '../retention/firstStarts';
import { retentionRowsSelect } from '../retention/rows';
import { onlyGrows, pairsSelect } from '../rollups/pairs';
import { placesColumns, recomputeSelect } from '../rollups/recompute';
import { tierSelect } from '../rollups/tier';
import { calmSeconds } from './pace';
import { lateColumns, lateName, lateSelect } from './late';

/** What a step keeps: the placements ledger of a role, its queue of late days, a table of places, finished numbers. */
export type StepOf =
  | { readonly kind: 'ledger' | 'late'; readonly context: SourceContext }
  | { readonly kind: 'places'; readonly rollup: Places; readonly context: SourceContext }
  | { readonly kind: 'finished'; readonly rollup: Finished };

/** One table that a refresh keeps current, and the statement that does it. Order of the list = order of the refreshes. */
export interface Step {
  /** Name of the step; its refreshable view is `<name>_v`. */
  readonly name: string;
  /** Table that it writes. */
  readonly table: string;
  /** Whose proven watermark is this step's upper bound: `tick` or an earlier step. */
  readonly upstream: string;
  /** A further one, where no step is upstream of both: the lesser watermark bounds. */
  readonly beside?: string;
  /** Position in the pipeline, from 0: views of a later stage start later within the period. */
  readonly stage: number;
  readonly everySeconds: number;
  /** Columns of the target that {@link select} returns, in order. */
  readonly columns: readonly string[];
  /** The refresh as a SELECT that is inserted into `target`, normally the step's own table. */
  select(span: Span, target: string): string;
  readonly of: StepOf;
}

/** What the statements of each mapped role share. */
export function sourceContexts(installation: Installation): readonly SourceContext[] {
  const rollups = installedRollups(installation).map((r) => r.rollup);
  return Object.values(installation.sources).map((source) => ({
    installation,
    source,
    placeColumns: placeColumns(rollups.filter((r): r is Places => r.kind === 'places' && r.role === source.role)),
  }));
}

/** All refresh steps of an installation: ledgers, queues of late days, tables of places from the finest tier on, finished numbers. */
export function refreshSteps(installation: Installation): readonly Step[] {
  const contexts = sourceContexts(installation);
  const used = contexts.filter((c) => installedRollups(installation).some((r) => r.role === c.source.role));
  const calm = calmSeconds(installation);
  const rollups = installedRollups(installation).map((r) => r.rollup);
  const rare = rollups.filter((r): r is Finished => r.kind === 'finished' && r.everySeconds >= rareSeconds);
  return [
    ...used.filter((c) => c.source.sourceClass === 'moving').map((c) => ledgerStep(c, calm)),
    ...used
      .filter((c) => c.source.sourceClass !== 'window' && c.source.mode !== 'insert')
      .map((c) => lateStep(c, calm)),
    ...rollups.flatMap((rollup) => {
      if (rollup.kind === 'finished') return [finishedStep(installation, rollup, rollups, rare)];
      const context = used.find((c) => c.source.role === rollup.role);
      return context ? [placesStep(context, rollup, calm)] : [];
    }),
  ];
}

/** The ledger's own progress is written down at stage 2 (`done`), and only then known to what depends on it. */
const sourceStage = ({ source }: SourceContext) => (source.sourceClass === 'moving' ? 3 : 1);
const sourceUpstream = ({ source }: SourceContext) => (source.sourceClass === 'moving' ? ledgerName(source) : 'tick');

function ledgerStep(context: SourceContext, calm: number): Step {
  const name = ledgerName(context.source);
  return {
    name,
    table: name,
    upstream: 'tick',
    stage: 1,
    everySeconds: calm,
    columns: ['id', 'm', ...context.placeColumns.map(ledgerColumn)],
    select: (span) => ledgerSelect(context, span),
    of: { kind: 'ledger', context },
  };
}

function lateStep(context: SourceContext, everySeconds: number): Step {
  return {
    name: lateName(context.source),
    table: 'late',
    upstream: sourceUpstream(context),
    stage: sourceStage(context),
    everySeconds,
    columns: lateColumns,
    select: (span) => lateSelect(context, span),
    of: { kind: 'late', context },
  };
}

function placesStep(context: SourceContext, rollup: Places, calm: number): Step {
  const { below, name } = rollup;
  const shared = {
    name,
    table: name,
    columns: placesColumns(rollup),
    of: { kind: 'places' as const, rollup, context },
  };
  if (context.source.mode === 'insert') {
    const select = () => feedSelect(context, rollup);
    const { everySeconds } = context.installation;
    return { ...shared, columns: feedColumns(rollup), upstream: 'tick', stage: 1, everySeconds, select };
  }
  if (below && reaches(context, below)) {
    const select = (span: Span) => tierSelect(context, rollup, below, span);
    return { ...shared, upstream: below.name, stage: 3, everySeconds: calm, select };
  }
  return {
    ...shared,
    upstream: sourceUpstream(context),
    stage: sourceStage(context),
    everySeconds: context.source.sourceClass === 'moving' ? calm : context.installation.everySeconds,
    select: (span, target) =>
      onlyGrows(context, rollup) ? pairsSelect(context, rollup, span) : recomputeSelect(context, rollup, span, target),
  };
}

/**
 * Whether the tier below has all days that a refresh recomputes. Class *window* has no late lane for days beyond the tier's
 * life: where its window is longer, upper tiers are kept from the source too.
 */
function reaches({ source }: SourceContext, { lifeDays }: Places): boolean {
  return source.sourceClass !== 'window' || lifeDays === null || source.windowDays <= lifeDays - 2;
}

/** Finished numbers with a period of {@link rareSeconds} or more begin one after another, so many seconds apart. */
const apartSeconds = 15;

function finishedStep(
  installation: Installation,
  rollup: Finished,
  rollups: readonly Kept[],
  rare: readonly Finished[],
): Step {
  const firsts = rollups.find((r): r is Finished => r.kind === 'finished' && r.name === rollup.firsts);
  // First days of another table tell nothing of how far this one's is.
  const covered = firsts?.from ?? rollup.from;
  const beside = [rollup.from, rollup.beside].find((name) => name !== undefined && name !== covered);
  // What is kept from another such table follows it, whatever their number.
  const first = rare.find((r) => r.name === rollup.from) ?? rollup;
  const later =
    ((apartSeconds * Math.max(0, rare.indexOf(first))) % (rareSeconds - 60)) + (first === rollup ? 0 : apartSeconds);
  return {
    name: rollup.name,
    table: rollup.name,
    upstream: firsts?.name ?? rollup.from,
    ...(beside !== undefined && { beside }),
    // What needs other finished numbers begins when these are surely proven: two runs of the view that writes down what is, later.
    stage:
      4 + (rollup.firsts === undefined && rollup.method !== 'funnelDays' ? 0 : 2 * installation.everySeconds) + later,
    everySeconds: Math.max(rollup.everySeconds, installation.everySeconds),
    columns: finishedColumns(rollup),
    select: (span, target) => finishedSelects[rollup.method](installation, rollup, span, target),
    of: { kind: 'finished', rollup },
  };
}

const finishedColumns = (rollup: Finished): readonly string[] => [
  'd',
  ...rollup.keys.map((k) => k.column),
  ...rollup.columns.map((c) => c.column),
  'run',
  ...(isPerEntity(rollup) ? ['del'] : []),
];

/** Whether a table has one row per entity, and forgets those that are gone. */
export const isPerEntity = ({ method }: Finished): boolean => method === 'firstDays' || method === 'firstStarts';

/** How finished numbers are kept, by method. */
const finishedSelects: Readonly<
  Record<Finished['method'], (installation: Installation, rollup: Finished, span: Span, target: string) => string>
> = {
  activeDays: activeDaysSelect,
  activeSpans: activeSpansSelect,
  adoption: adoptionSelect,
  featureUses: featureUsesSelect,
  featureBreadth: featureBreadthSelect,
  firstDays: firstDaysSelect,
  cohortMonths: cohortMonthsSelect,
  cohortSums: cohortSumsSelect,
  mrrDays: mrrSelect,
  mrrMonths: mrrSelect,
  firstStarts: firstStartsSelect,
  retentionRows: retentionRowsSelect,
  funnelTimes: funnelTimesSelect,
  funnelDays: funnelDaysSelect,
};

/** Rollup of a step that keeps one. */
export const rollupOf = ({ of }: Step): Kept | undefined => ('rollup' in of ? of.rollup : undefined);

/** INSERT … SELECT of one refresh of a step. */
export function stepInsert(installation: Installation, step: Step, span: Span, target: string = step.table): string {
  const columns = step.columns.map(ident).join(', ');
  return `INSERT INTO ${tableOf(installation, target)} (${columns})\n${step.select(span, target)}`;
}
