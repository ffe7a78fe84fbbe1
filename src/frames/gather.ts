import type { Field, FieldConfig, FieldType } from '@grafana/data';
import type { Block } from '../native/decoder';
import type { ColumnData, Plain, Shape } from '../native/column';
import { dayStartMs } from '../native/zone';
import type { ColumnHint } from './hints';

/** One column over all blocks; the blocks' data stays where it is until it is copied into a frame. */
export interface Gathered {
  readonly name: string;
  readonly shape: Shape;
  readonly hint?: ColumnHint;
  readonly parts: readonly ColumnData[];
  /** Rows over all parts. */
  readonly length: number;
}

/** The columns of an answer. All blocks of an answer have the same columns. */
export function gather(blocks: readonly Block[], hints?: ReadonlyMap<string, ColumnHint>): Gathered[] {
  const first = blocks[0];
  if (!first) return [];
  const length = blocks.reduce((sum, block) => sum + block.rows, 0);
  return first.columns.map(({ name, shape }, i) => {
    const parts = blocks.map((block) => block.columns[i]!.data);
    const hint = hints?.get(name);
    return { name, shape, parts, length, ...(hint && { hint }) };
  });
}

/**
 * All values in a new plain array, as Grafana needs them: typed arrays break its snapshots, streaming and null checks.
 * Numbers beyond 2^53 are rounded; times are ms, days begin at midnight in `zone`.
 */
export function plainValues({ parts, length, shape }: Gathered, zone: string): Plain[] {
  const values = new Array<Plain>(length);
  copyParts(parts, (part, at) => part.copyTo(values, at));
  if (shape.kind === 'time' && shape.day && zone !== 'UTC') moveDays(values, zone);
  return values;
}

/** All values as exact decimal text. Only for columns that have it. */
export function exactTexts({ parts, length }: Gathered): Plain[] {
  const values = new Array<Plain>(length);
  copyParts(parts, (part, at) => part.copyTextTo!(values, at));
  return values;
}

/** Nanoseconds below the millisecond, or undefined for columns that cannot have any. */
export function nanosOf({ parts, length, shape }: Gathered): number[] | undefined {
  if (shape.kind !== 'time' || shape.precision <= 3) return undefined;
  const nanos = new Array<number>(length);
  copyParts(parts, (part, at) => part.copyNanosTo!(nanos, at));
  return nanos;
}

/** Whether every number of the column is exact as a double. */
export function allExact({ parts }: Gathered): boolean {
  return parts.every((part) => part.allExact?.() ?? true);
}

/** A field of its own: a new object with new values each time, since Grafana writes into both. */
export function newField(name: string, type: `${FieldType}`, config: FieldConfig, values: Plain[]): Field {
  return { name, type: type as FieldType, config, values };
}

/**
 * What is known of a column as Grafana's field config: unit and decimals by its type or, before that, by its comment; the name
 * and the description of its comment; the zone of a time that its type names. Decimals beyond 6 would only be noise on a panel.
 */
export function configOf({ shape, hint }: Pick<Gathered, 'shape' | 'hint'>): FieldConfig {
  const named = {
    ...(hint?.name !== undefined && { displayNameFromDS: hint.name }),
    ...(hint?.description !== undefined && { description: hint.description }),
  };
  if (shape.kind === 'time') return { ...named, ...(shape.zone !== undefined && { custom: { timeZone: shape.zone } }) };
  if (shape.kind !== 'number') return named;
  const { decimals } = shape;
  const unit = hint?.unit ?? shape.unit;
  return {
    ...named,
    ...(decimals !== undefined && decimals > 0 && decimals <= 6 && { decimals }),
    ...(hint?.decimals !== undefined && { decimals: hint.decimals }),
    ...(unit !== undefined && { unit }),
  };
}

function copyParts(parts: readonly ColumnData[], copy: (part: ColumnData, at: number) => void): void {
  let at = 0;
  for (const part of parts) {
    copy(part, at);
    at += part.length;
  }
}

/** A day is drawn at its own midnight, or a panel west of Greenwich would show the day before. */
function moveDays(values: Plain[], zone: string): void {
  const starts = new Map<number, number>();
  for (let i = 0; i < values.length; i++) {
    const day = values[i];
    if (typeof day !== 'number') continue;
    let start = starts.get(day);
    if (start === undefined) starts.set(day, (start = dayStartMs(zone, day)));
    values[i] = start;
  }
}
