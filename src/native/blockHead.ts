import type { Cursor, Wait } from './cursor';
import { fail } from './errors';

/** From these revisions of the protocol on … */
const since = {
  /** … a byte behind each column's type says whether the column comes in a form of its own. */
  serialization: 54_454,
  /** … strings come in another layout. */
  stringSizes: 54_492,
} as const;

/** Throws `native_revision` for a revision whose layout is not known. */
export function checkRevision(revision: number): void {
  const newest = since.stringSizes - 1;
  if (!Number.isInteger(revision) || revision < 0 || revision > newest)
    throw fail('native_revision', { revision, newest });
}

/**
 * Reads what stands before the numbers of columns and rows when a revision was sent: numbered fields up to a 0. They
 * serve distributed aggregation only. Throws `native_corrupt` for a field that is not known.
 */
export function* skipBlockInfo(cursor: Cursor, revision: number): Wait {
  if (revision === 0) return;
  for (;;) {
    const field = yield* cursor.varint('a field of the block');
    if (field === 0) return;
    if (field === 1) yield* cursor.bytes(1, 'is_overflows');
    else if (field === 2) yield* cursor.bytes(4, 'bucket_num');
    else if (field === 3) yield* cursor.bytes(4 * (yield* cursor.varint('the number of buckets')), 'buckets');
    else throw cursor.corrupt(`field ${field} of the block is not known`);
  }
}

const forms = ['Default', 'Sparse', 'Detached', 'Detached over Sparse', 'Replicated'];

/**
 * Reads the byte behind a column's type, where the revision has one. Throws `native_serialization` for a column in
 * another form than the plain one: it must not be read as that.
 */
export function* checkSerialization(cursor: Cursor, revision: number): Wait {
  if (revision < since.serialization) return;
  yield* cursor.need(1, 'the serialization');
  const custom = cursor.byte();
  if (custom === 0) return;
  if (custom !== 1) throw cursor.corrupt(`${custom} says neither that a column is plain nor that it is not`);
  yield* cursor.need(1, 'the serialization');
  const kind = cursor.byte();
  // In a Tuple the kinds of the elements follow its own, which is the default one then.
  const form = kind === 0 ? 'mixed' : (forms[kind] ?? `number ${kind}`);
  throw fail('native_serialization', { column: cursor.column, form, revision, plainBelow: since.serialization });
}
