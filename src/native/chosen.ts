import { copyJson } from './column';
import type { Codec, ColumnData } from './column';
import type { Cursor, Wait } from './cursor';

/** Which of several columns holds each row's value. */
export type Choices = Uint8Array | Uint16Array | Uint32Array;

/** Rows whose values lie in different columns, each of which holds only its own rows. */
export interface ChosenData extends ColumnData {
  /** Whether the row has no value at all. */
  nullAt(row: number): boolean;
}

/**
 * Reads the columns that `choices` point to, one after another; `none` stands for no value. Throws `native_corrupt`
 * for a choice that is no column.
 */
export function* readChosen(
  cursor: Cursor,
  choices: Choices,
  none: number,
  codecs: readonly Codec[],
): Wait<ChosenData> {
  const counts = new Uint32Array(codecs.length);
  /** Where in its column a row's value is. */
  const places = new Uint32Array(choices.length);
  for (let i = 0; i < choices.length; i++) {
    const choice = choices[i]!;
    if (choice < codecs.length) places[i] = counts[choice]!++;
    else if (choice !== none) throw cursor.corrupt(`the value of row ${i + 1} has type ${choice} of ${codecs.length}`);
  }
  const columns: ColumnData[] = [];
  for (const [i, codec] of codecs.entries()) columns.push(yield* codec.read(cursor, counts[i]!));
  return chosenData(choices, places, columns);
}

function chosenData(choices: Choices, places: Uint32Array, columns: readonly ColumnData[]): ChosenData {
  const { length } = choices;
  const json = (row: number) => columns[choices[row]!]?.json(places[row]!) ?? 'null';
  return {
    length,
    json,
    nullAt: (row) => choices[row]! >= columns.length,
    copyTo: (target, at) => copyJson({ length, json }, target, at),
  };
}

/** A column without rows, for a codec whose prefix has not been read: only that one knows how to read rows. */
export function* readNoRows(cursor: Cursor, rows: number): Wait<ChosenData> {
  if (rows > 0) throw cursor.corrupt('values stand where their prefix is missing');
  return chosenData(new Uint8Array(0), new Uint32Array(0), []);
}
