import type { ColumnData, Plain } from './column';
import type { Block } from './decoder';

/** The first `rows` rows of a block; the block itself where it has no more. */
export function headOf(block: Block, rows: number): Block {
  if (rows >= block.rows) return block;
  return { rows, columns: block.columns.map((column) => ({ ...column, data: headOfData(column.data, rows) })) };
}

function headOfData(data: ColumnData, length: number): ColumnData {
  const head = <T>(copy: (target: T[], at: number) => void, target: T[], at: number) => {
    const all = new Array<T>(data.length);
    copy(all, 0);
    for (let i = 0; i < length; i++) target[at + i] = all[i]!;
  };
  const { allExact, copyTextTo, copyNanosTo } = data;
  return {
    length,
    copyTo: (target, at) => head<Plain>(data.copyTo, target, at),
    json: data.json,
    // Rows that were left out may be what is not exact: then text is shown where numbers would have done.
    ...(allExact && { allExact }),
    ...(copyTextTo && { copyTextTo: (target: Plain[], at: number) => head<Plain>(copyTextTo, target, at) }),
    ...(copyNanosTo && { copyNanosTo: (target: number[], at: number) => head<number>(copyNanosTo, target, at) }),
  };
}
