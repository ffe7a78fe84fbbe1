import type { Db } from '../core/db';

/** Rows per INSERT: one block, hence one part per partition, written whole or not at all. */
const batchRows = 20_000;

/**
 * Inserts the rows in batches of 20,000, in their order: while the server writes one, the next is already on its way, and
 * never more than that. `onInserted` hears, in order, how many are in. Throws the server's error, once nothing is on its
 * way any more.
 */
export async function insertBatches(
  db: Db,
  table: string,
  rows: readonly object[],
  onInserted: (done: number) => void,
): Promise<void> {
  let before = Promise.resolve<Outcome>({ done: 0 });
  for (let from = 0; from < rows.length; from += batchRows) {
    const batch = rows.slice(from, from + batchRows);
    const sent = outcomeOf(db.insert(table, batch), from + batch.length);
    const outcome = await before;
    if ('thrown' in outcome) await sent;
    heard(outcome, onInserted);
    before = sent;
  }
  heard(await before, onInserted);
}

/** How a batch ended: the rows that are in with it, or the server's error. */
type Outcome = { readonly done: number } | { readonly thrown: unknown };

/** Never rejects: a batch may fail while the one before it is awaited. */
const outcomeOf = (inserted: Promise<void>, done: number): Promise<Outcome> =>
  inserted.then(
    () => ({ done }),
    (thrown: unknown) => ({ thrown }),
  );

function heard(outcome: Outcome, onInserted: (done: number) => void): void {
  if ('thrown' in outcome) throw outcome.thrown;
  if (outcome.done > 0) onInserted(outcome.done);
}
