import type { Db } from '../../core/db';
import { literal } from '../../core/sql/quote';
import type { Installation } from '../installation';
import type { Step, StepOf } from '../refresh/steps';
import { tableOf } from '../rollups/context';

/** A step whose table is kept by an insert-time view. */
export type InsertedStep = Step & { readonly of: Extract<StepOf, { readonly kind: 'places' }> };

/** The step where it is of mode *insert*; undefined of all others. */
export function insertedOf(step: Step): InsertedStep | undefined {
  const { of } = step;
  return of.kind === 'places' && of.context.source.mode === 'insert' ? { ...step, of } : undefined;
}

/** Names of these steps that are of mode *insert*. */
export const insertedNames = (steps: readonly Step[]): readonly string[] =>
  steps.filter((s) => insertedOf(s) !== undefined).map((s) => s.name);

/**
 * Moves the mark of a step of mode *insert* to hi (SQL of type DateTime64(3)): what is stamped up to there is visible, so it is
 * counted. Nothing happens before migrate has counted the rows that were there before its view.
 */
export async function markInserted(installation: Installation, db: Db, step: string, hi: string): Promise<void> {
  const done = tableOf(installation, 'done');
  await db.command(
    `INSERT INTO ${done} (view, hi, at) SELECT ${literal(step)}, ${hi}, now64(3) WHERE (SELECT count() FROM ${done} WHERE view = ${literal(step)}) > 0`,
  );
}
