import type { Field } from '@grafana/data';
import type { Notice } from '../core/notice';
import { allExact, configOf, exactTexts, nanosOf, newField, plainValues } from './gather';
import type { Gathered } from './gather';
import { frameNotice } from './notices';

export interface TableContext {
  /** Zone in which days begin. */
  readonly zone: string;
  /** Notices are added here. */
  readonly notices: Notice[];
}

/** One field per column, in order; cells of text columns offer themselves as filters. Loses nothing: a column of numbers that a double cannot hold becomes text. */
export function tableFields(columns: readonly Gathered[], { zone, notices }: TableContext): Field[] {
  return columns.map((column) => {
    const { name, shape } = column;
    if (shape.kind === 'number' && !allExact(column)) {
      notices.push(frameNotice('shown_as_text', { column: name }));
      return newField(name, 'string', configOf({ ...column, shape: { kind: 'string' } }), exactTexts(column));
    }
    const config = shape.kind === 'string' ? { ...configOf(column), filterable: true } : configOf(column);
    const field = newField(name, shape.kind, config, plainValues(column, zone));
    const nanos = nanosOf(column);
    return nanos ? { ...field, nanos } : field;
  });
}
