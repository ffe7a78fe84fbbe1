import { literal } from '../../core/sql/quote';
import { onCluster } from '../cluster';
import type { Installation } from '../installation';
import { recountedSteps, recountsViewName, recountViewName } from '../refresh/recounts';
import type { Step } from '../refresh/steps';
import { refreshSteps } from '../refresh/steps';
import { tableOf } from '../rollups/context';
import type { Action, Making } from './action';
import { fillBeside, forgetFilling } from './fill';
import { hashText } from './hash';
import { markStatements, queueStatements, resetStatement } from './marks';
import { stepTable } from './tables';
import { doneView, dropView, viewName } from './views';

/** What a rebuild depends on beside the installation and the step. */
export interface Rebuilding {
  /** Hash of the definition of the table's content. */
  readonly hash: string;
  /** Tidemark's, which is remembered with what it made. */
  readonly version: string;
  readonly making: Making;
}

/** Makes a step's table anew beside the one that stands, fills it, and takes it into use. */
export function rebuild(
  installation: Installation,
  step: Step,
  rebuilding: Rebuilding,
): Pick<Action, 'statements' | 'then'> {
  const { hash, making } = rebuilding;
  const { comments, onePlace, chunkRows } = making;
  const next = `${step.name}__next`;
  const on = onCluster(installation);
  const dropNext = `DROP TABLE IF EXISTS ${tableOf(installation, next)}${on} SYNC`;
  const take = (began?: string): readonly string[] => [
    ...dropViews(installation, step),
    ...withoutProof(installation, rebuilding, [
      `EXCHANGE TABLES ${tableOf(installation, step.name)} AND ${tableOf(installation, next)}${on}`,
      // The new table has only what had arrived when its filling began; an empty one gets its days from the queue.
      resetStatement(installation, step.name),
      ...(step.of.kind === 'places' || onePlace ? markStatements(installation, step, began) : []),
      ...queueStatements(installation, step, began),
    ]),
    dropNext,
  ];
  const make = [
    dropNext,
    forgetFilling(installation, next),
    stepTable(installation, step, { name: next, generation: hash, comment: hash }) ?? '',
  ];
  // Several shards cannot be filled from here: each fills its own table by its views, from the beginning.
  if (!onePlace) return { statements: [...make, ...take()] };
  return {
    // What a killed rebuild of the same definition left is gone on with.
    statements: comments.get(next) === hash ? [] : make,
    then: {
      shows: take('1970-01-01 00:00:00.000'),
      async run(db, onFill) {
        const began = await fillBeside(installation, db, step, next, hash, onFill, chunkRows);
        for (const statement of take(began)) await db.command(statement);
      },
    },
  };
}

/** A table that somebody dropped by hand, made again: whatever was proven of it is not true any more. */
export const remade = (
  installation: Installation,
  step: Step,
  rebuilding: Rebuilding,
  create: readonly string[],
): readonly string[] => [
  ...dropViews(installation, step),
  ...withoutProof(installation, rebuilding, [resetStatement(installation, step.name), ...create]),
];

/** The views that write into a step's table, and the one that takes days off the queue for it. */
function dropViews(installation: Installation, step: Step): readonly string[] {
  const recounted = recountedSteps([step]);
  return [
    // The old views must not write old definitions into the new table.
    dropView(installation, viewName(step)),
    ...recounted.map((r) => dropView(installation, recountViewName(r.step))),
    // No day is taken off the queue while a table has no view that would recount it.
    ...recounted.map((r) => dropView(installation, recountsViewName(r.context.source))),
  ];
}

/**
 * Statements that set a step's mark, while nobody writes down what is proven. `done_v` may have begun before the step's view was
 * dropped: it would then write the mark of the table before beside the new one, and what the new table lacks would never come. A
 * dropped view has ended its run; a run that begins after it finds no view of the step.
 */
function withoutProof(
  installation: Installation,
  { version, making }: Rebuilding,
  statements: readonly string[],
): readonly string[] {
  if (!making.comments.has('done_v')) return statements;
  const ddl = doneView(installation, refreshSteps(installation));
  const known = ['done_v', 'refresh', hashText(ddl), ddl, version].map(literal).join(', ');
  return [
    `${dropView(installation, 'done_v')} SYNC`,
    ...statements,
    ddl,
    // It may differ from the one before: what is remembered is what is there.
    `INSERT INTO ${tableOf(installation, 'schema_objects')} (name, kind, hash, ddl, version) VALUES (${known})`,
  ];
}
