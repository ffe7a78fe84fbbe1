import { ident, literal, qualified } from '../core/sql/quote';
import type { RoleName, SourceClass } from '../core/model';
import { packs } from '../packs';
import type { Pack, Rollup, SourceRollup } from '../packs/types';
import { activeDaysSelect } from './activeDays';
import type { Installation } from './installation';
import type { SourceContext, Span } from './sourceRollup';
import { ledgerName, ledgerSelect, placeColumns, recomputeSelect } from './sourceRollup';

/** One table that a refresh keeps current, and the statement that does it. Order of the list = order of the refreshes. */
export interface Step {
  /** Name of the step and of its target table; its refreshable view is `<name>_v`. */
  readonly name: string;
  /** Whose proven watermark is this step's upper bound: `tick` or an earlier step. */
  readonly upstream: string;
  /** Position in the pipeline, from 0: views of a later stage start later within the period. */
  readonly stage: number;
  readonly everySeconds: number;
  /** Columns of the target that {@link select} returns, in order. */
  readonly columns: readonly string[];
  /** The refresh as a SELECT that is inserted into `target`, normally the step's own table. */
  select(span: Span, target: string): string;
  /** What it is: the ledger of a role, or a rollup. */
  readonly of:
    | { readonly kind: 'ledger'; readonly context: SourceContext }
    | { readonly kind: 'rollup'; readonly rollup: Rollup; readonly context?: SourceContext };
}

/** A rollup that is installed, with where its rows come from and what may happen to them. */
export interface InstalledRollup {
  readonly pack: Pack;
  readonly rollup: Rollup;
  readonly role: RoleName;
  readonly sourceClass: SourceClass;
}

/** Rollups of all packs whose role is mapped, in pack order. A pack without its role is left out: every pack is optional. */
export function installedRollups(installation: Installation): readonly InstalledRollup[] {
  const roleOf = (pack: Pack, rollup: Rollup): RoleName => {
    if (rollup.kind === 'source') return rollup.role;
    const base = pack.rollups.find((r) => r.name === rollup.from);
    if (!base)
      throw new Error(
        `Pack ${pack.name}: rollup ${rollup.name} is kept from ${rollup.from}, which the pack does not have.`,
      );
    return roleOf(pack, base);
  };
  return packs.flatMap((pack) =>
    pack.rollups.flatMap((rollup) => {
      const role = roleOf(pack, rollup);
      const source = installation.sources[role];
      return source ? [{ pack, rollup, role, sourceClass: source.sourceClass }] : [];
    }),
  );
}

/** What the statements of each mapped role share. */
export function sourceContexts(installation: Installation): readonly SourceContext[] {
  const rollups = installedRollups(installation).map((r) => r.rollup);
  return Object.values(installation.sources).map((source) => ({
    installation,
    source,
    placeColumns: placeColumns(rollups.filter((r): r is SourceRollup => r.kind === 'source' && r.role === source.role)),
  }));
}

/** All refresh steps of an installation: ledgers, rollups over sources, rollups over rollups. */
export function refreshSteps(installation: Installation): readonly Step[] {
  const steps: Step[] = [];
  const contexts = sourceContexts(installation);
  for (const context of contexts) {
    if (context.source.sourceClass !== 'moving') continue;
    steps.push({
      name: ledgerName(context.source),
      upstream: 'tick',
      stage: 1,
      everySeconds: installation.everySeconds,
      columns: ['id', 'm', ...context.placeColumns.map((c) => `k_${c}`)],
      select: (span) => ledgerSelect(context, span),
      of: { kind: 'ledger', context },
    });
  }
  for (const { rollup } of installedRollups(installation)) {
    if (rollup.kind === 'source') {
      const context = contexts.find((c) => c.source.role === rollup.role);
      if (!context) continue;
      const moving = context.source.sourceClass === 'moving';
      steps.push({
        name: rollup.name,
        upstream: moving ? ledgerName(context.source) : 'tick',
        // The ledger's own progress is written down at stage 2 (`done`), and only then known to its rollups.
        stage: moving ? 3 : 1,
        everySeconds: installation.everySeconds,
        columns: ['d', ...rollup.keys.map((k) => k.column), ...rollup.measures.map((m) => m.column), 'run', 'del'],
        select: (span, target) => recomputeSelect(context, rollup, span, target),
        of: { kind: 'rollup', rollup, context },
      });
    } else {
      steps.push({
        name: rollup.name,
        upstream: rollup.from,
        stage: 4,
        everySeconds: Math.max(rollup.everySeconds, installation.everySeconds),
        columns: ['d', ...rollup.columns.map((c) => c.column), 'run'],
        select: (span, target) => activeDaysSelect(installation, rollup, span, target),
        of: { kind: 'rollup', rollup },
      });
    }
  }
  return steps;
}

/** The watermark interval as the views take it: from progress tables, so that it survives every restart. */
export function provenSpan(installation: Installation, step: Pick<Step, 'name' | 'upstream'>): Span {
  const done = qualified(`${installation.database}.done`);
  const tick = qualified(`${installation.database}.tick`);
  const proven = (view: string) => `(SELECT max(hi) FROM ${done} WHERE view = ${literal(view)})`;
  return {
    lo: `(${proven(step.name)} - toIntervalSecond(${installation.overlapSeconds}))`,
    hi: step.upstream === 'tick' ? `(SELECT max(hi) FROM ${tick})` : proven(step.upstream),
  };
}

/** INSERT … SELECT of one refresh of a step. */
export function stepInsert(installation: Installation, step: Step, span: Span, target: string = step.name): string {
  const columns = step.columns.map(ident).join(', ');
  return `INSERT INTO ${qualified(`${installation.database}.${target}`)} (${columns})\n${step.select(span, target)}`;
}
