import { splitTopLevel } from '../schema/inspect/types';
import type { FoundTable } from './tables';

/** Columns that a ReplacingMergeTree names itself. */
export interface EngineColumns {
  readonly version?: string;
  readonly deleted?: string;
}

/** The columns in `ReplacingMergeTree(version, is_deleted)`; of a replicated one without the path and the name in Keeper. */
export function engineColumns({ engineFull }: Pick<FoundTable, 'engineFull'>): EngineColumns {
  const from = /^\w*ReplacingMergeTree\(/.exec(engineFull);
  if (!from) return {};
  const [version, deleted] = splitTopLevel(engineFull.slice(from[0].length, closing(engineFull, from[0].length)))
    .filter((argument) => !argument.startsWith("'"))
    .map((argument) => argument.replace(/^`(.*)`$/, '$1'));
  return { ...(version && { version }), ...(deleted && { deleted }) };
}

function closing(text: string, from: number): number {
  let depth = 1;
  for (let i = from; i < text.length; i++) {
    if (text[i] === '(') depth++;
    if (text[i] === ')' && --depth === 0) return i;
  }
  return text.length;
}

/** Whether FINAL merges rows of this table. */
export const replaces = ({ engine }: Pick<FoundTable, 'engine'>): boolean => engine.endsWith('ReplacingMergeTree');

/** Parts of the sorting key, without quotes. */
export const keyParts = ({ sortingKey }: Pick<FoundTable, 'sortingKey'>): readonly string[] =>
  splitTopLevel(sortingKey.replace(/^\(([^()]*)\)$/, '$1')).map((part) => part.replace(/^`(.*)`$/, '$1'));
