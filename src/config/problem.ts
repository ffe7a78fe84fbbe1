import { isMap, isNode, isPair, isScalar, isSeq } from 'yaml';
import type { Document, LineCounter } from 'yaml';

/** A mapping of the file with keys not yet judged. */
export type Mapping = Readonly<Record<string, unknown>>;

/** The value where it is a mapping, else an empty one: what has the wrong type is told by the schema. */
export const mapping = (value: unknown): Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Mapping) : {};

/** Keys from the root of the file to a setting. */
export type Path = readonly (string | number)[];

/** One thing that is wrong in a configuration file. */
export interface Problem {
  readonly path: Path;
  /** Whether the place to show is the key itself (unknown key) or its value. */
  readonly at: 'key' | 'value';
  /** What is wrong and what to write instead; without the place. */
  readonly text: string;
}

/** `roles.events.columns`; the root of the file has the name `(file)`. */
export const dotted = (path: Path): string => (path.length > 0 ? path.join('.') : '(file)');

/**
 * Writes a problem as `file:line:column key: text`, line and column counted from 1. A setting that is not in the file is
 * placed at the nearest parent that is.
 */
export function locate(file: string, document: Document, lines: LineCounter, problem: Problem): string {
  const { line, col } = lines.linePos(offsetOf(document, problem));
  return `${file}:${line}:${col} ${dotted(problem.path)}: ${problem.text}`;
}

function offsetOf(document: Document, { path, at }: Problem): number {
  for (let length = path.length; length > 0; length--) {
    const parent = document.getIn(path.slice(0, length - 1), true);
    const key = path[length - 1];
    if (isSeq(parent) && typeof key === 'number' && parent.items[key]) return startOf(parent.items[key]);
    if (!isMap(parent)) continue;
    const pair = parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key);
    if (!pair) continue;
    const whole = length === path.length;
    if (whole && at === 'value' && isScalar(pair.value) && pair.value.value !== null) return startOf(pair.value);
    return startOf(pair.key);
  }
  return 0;
}

const startOf = (node: unknown): number => (isNode(node) && node.range ? node.range[0] : 0);

/** Orders problems as they stand in the file. */
export function inFileOrder(document: Document, problems: readonly Problem[]): Problem[] {
  return [...problems].sort((a, b) => offsetOf(document, a) - offsetOf(document, b));
}
